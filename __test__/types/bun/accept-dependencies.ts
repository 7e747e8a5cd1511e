import.meta.hot!.accept(['./foo', './bar'], (newModules) => {
  // newModules is an array where each item corresponds to the updated module
  // or undefined if that module had a syntax error
  doSomething(newModules[0]?.count);
});
