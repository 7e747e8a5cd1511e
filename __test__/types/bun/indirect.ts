// Bun knows only direct calls; the others are sound as types, and work here.
const hot = import.meta.hot!;
hot.accept();

const meta = import.meta;
meta.hot?.accept();
console.log(meta.hot?.data);

doSomething(import.meta.hot?.dispose);

import.meta.hot?.accept();

doSomething(import.meta.hot?.data);

export {};
