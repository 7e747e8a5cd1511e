import { add } from './add.js';

export let foo = add(10, 10);

import.meta.hot?.accept(['./add.js'], ({ deps, module }) => {
  foo = deps[0].add(10, 10);
});
