if (import.meta.hot) {
  import.meta.hot!.on('vite:beforeUpdate', (payload) => {
    console.log('Update incoming');
  });

  import.meta.hot!.on('vite:afterUpdate', (payload) => {
    console.log('Update applied');
  });

  import.meta.hot!.on('vite:beforeFullReload', () => {
    console.log('Full reload');
  });

  import.meta.hot!.on('vite:error', (error) => {
    console.error('HMR error', error);
  });

  import.meta.hot!.on('vite:ws:connect', () => {
    console.log('WebSocket connected');
  });

  import.meta.hot!.on('vite:ws:disconnect', () => {
    console.log('WebSocket disconnected');
  });
}
