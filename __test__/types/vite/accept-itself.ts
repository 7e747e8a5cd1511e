export const count = 1;

if (import.meta.hot) {
  import.meta.hot!.accept((newModule) => {
    if (newModule) {
      console.log('updated: count is now', newModule.count);
    }
  });
}
