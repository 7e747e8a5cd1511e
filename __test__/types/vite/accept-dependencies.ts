import { foo } from './foo.js';

foo();

if (import.meta.hot) {
  // Single dependency
  import.meta.hot!.accept('./foo.js', (newFoo) => {
    newFoo?.foo();
  });

  // Multiple dependencies
  import.meta.hot!.accept(['./foo.js', './bar.js'], ([newFooModule, newBarModule]) => {
    // Handle updates
    doSomething([newFooModule, newBarModule]);
  });
}
