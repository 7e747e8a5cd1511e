/** Adds two numbers */
export let add = (/** @type {number} */ a, /** @type {number} */ b) => {
  return a + b;
};

if (import.meta.hot) {
  import.meta.hot?.accept(({ module }) => {
    add = module.add;
  });
}
