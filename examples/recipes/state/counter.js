/** Counts clicks. The count outlives this code, its listener does not. */

const data = import.meta.hot?.data ?? {};
data.clicks ??= 0;

const button = document.querySelector('button');
const show = () => {
  button.textContent = `${data.clicks} clicks`;
};
const count = () => {
  data.clicks += 1;
  show();
};

button.addEventListener('click', count);
show();

import.meta.hot?.dispose(() => button.removeEventListener('click', count));
import.meta.hot?.accept();
