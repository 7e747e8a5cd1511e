/** The board's headline. Change the words and save. */

const title = 'Low Water';
const line =
  'A field board for an hour on the shore. Use it, and edit its code meanwhile: what you did stays.';

/** Writes the headline into the page. */
export function show() {
  document.querySelector('#title').textContent = title;
  document.querySelector('#line').textContent = line;
}

// @web/dev-server's dialect: the callback gets the new module as `module`, and `deps`.
import.meta.hot?.accept(({ module }) => module.show());
