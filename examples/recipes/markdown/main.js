import guide from './guide.md';

const show = (html) => {
  document.querySelector('main').innerHTML = html;
};

show(guide);

import.meta.hot?.accept('./guide.md', (newGuide) => show(newGuide.default));
