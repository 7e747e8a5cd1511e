import { acceptHMRUpdate, defineStore } from 'pinia';

export const useAuth = defineStore('auth', {
  // options...
});

// make sure to pass the right store definition, `useAuth` in this case.
if (import.meta.hot) {
  import.meta.hot?.accept(acceptHMRUpdate(useAuth, import.meta.hot));
}
