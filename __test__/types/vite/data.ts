if (import.meta.hot) {
  // Mutate properties, don't reassign data itself
  import.meta.hot!.data.count = (import.meta.hot!.data.count || 0) + 1;
}
