import.meta.hot!.on('bun:beforeUpdate', () => {
  console.log('before a hot update');
});
