if (import.meta.hot) {
  import.meta.hot!.send('my:event', { msg: 'Hello from client' });
}

if (import.meta.hot) {
  import.meta.hot!.on('my:response', (data) => {
    console.log(data.msg);
  });
}
