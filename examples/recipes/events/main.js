/** Sends notes to the server, and shows what it has. */

const form = document.querySelector('form');
const input = document.querySelector('input');

form.onsubmit = (event) => {
  event.preventDefault();
  import.meta.hot?.send('notes:add', { text: input.value });
};

// Listeners belong to this version of the module: they go away when it runs again.
import.meta.hot?.on('notes:all', ({ notes }) => {
  const items = notes.map((note) =>
    Object.assign(document.createElement('li'), { textContent: note }),
  );
  document.querySelector('ul').replaceChildren(...items);
});
import.meta.hot?.on('notes:saved', ({ count }) => {
  input.placeholder = `note ${count} is saved`;
});

import.meta.hot?.accept();
