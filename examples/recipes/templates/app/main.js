import { message } from './message.js';

const show = (text) => {
  document.querySelector('p').textContent = text;
};

show(message);

import.meta.hot?.accept('./message.js', (newModule) => show(newModule.message));
