import { greet } from 'controllers/hello';

const element = document.querySelector('h1');
let clicks = 0;

document.querySelector('button').addEventListener('click', (event) => {
  clicks += 1;
  event.currentTarget.textContent = `Clicked ${clicks} times`;
});

element.textContent = greet(element.dataset.name);
import.meta.hot?.accept('controllers/hello', (hello) => {
  element.textContent = hello.greet(element.dataset.name);
});
