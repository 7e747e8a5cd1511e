import { acceptHMRUpdate, defineStore } from 'pinia';
import { ref } from 'vue';

export const useScroll = defineStore('scroll', () => {
  const scrollTop = ref(window.scrollY);

  function onScroll() {
    scrollTop.value = window.scrollY;
  }

  function trackScroll() {
    window.addEventListener('scroll', onScroll, { passive: true });
  }

  trackScroll();

  function $cleanUp() {
    window.removeEventListener('scroll', onScroll);
  }

  return {
    scrollTop,
    trackScroll,
    $cleanUp,
  };
});

if (import.meta.hot) {
  import.meta.hot?.accept(
    // @ts-expect-error: pinia's types do not know the third argument of its document.
    acceptHMRUpdate(useScroll, import.meta.hot, (existingStore) => {
      existingStore.$cleanUp();
    }),
  );
}
