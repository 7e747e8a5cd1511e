export let foo = 808;
import.meta.hot?.accept(({ module }) => {
  foo = module.foo;
});
