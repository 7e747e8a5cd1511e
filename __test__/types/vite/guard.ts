if (import.meta.hot) {
  // HMR code
}
