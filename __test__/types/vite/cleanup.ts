function setupSideEffect() {
  const interval = setInterval(() => {}, 1000);
  return interval;
}

const interval = setupSideEffect();

if (import.meta.hot) {
  import.meta.hot!.dispose((data) => {
    clearInterval(interval);
  });
}

if (import.meta.hot) {
  import.meta.hot!.prune((data) => {
    // Cleanup when module is removed from page
  });
}

export {};
