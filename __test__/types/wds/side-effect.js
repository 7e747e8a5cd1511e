// will be set each time the module updates as a side-effect
// @ts-expect-error: the document adds to `window` without a declaration.
window.someGlobal = 303;
import.meta.hot?.accept();
