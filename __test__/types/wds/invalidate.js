export let foo = 303;

import.meta.hot?.accept(({ module }) => {
  if (!module.foo) {
    import.meta.hot?.invalidate();
  } else {
    foo = module.foo;
  }
});
