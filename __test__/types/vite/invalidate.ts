if (import.meta.hot) {
  import.meta.hot!.accept((module) => {
    if (cannotHandleUpdate(module)) {
      import.meta.hot!.invalidate(); // Propagate to importers
    }
  });
}
