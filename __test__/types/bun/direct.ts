if (import.meta.hot) {
  // HMR APIs are available.
}

// This entire function call will be removed in production!
import.meta.hot!.dispose(() => {
  console.log('dispose');
});
