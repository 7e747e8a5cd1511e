import { greeting } from './greeting.js';

const [heading] = document.querySelectorAll('h1');
const [button] = document.querySelectorAll('button');
let clicks = 0;

function show() {
  heading.textContent = greeting;
  button.textContent = `${clicks} clicks`;
}

button.addEventListener('click', () => {
  clicks += 1;
  show();
});
show();

import.meta.hot?.accept('./greeting.js', show);
