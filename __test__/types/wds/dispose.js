export let foo = new Server();

foo.start();

import.meta.hot?.accept(({ module }) => {
  foo = module.foo;
  foo.start();
});

import.meta.dispose?.(() => {
  foo.stop();
});
