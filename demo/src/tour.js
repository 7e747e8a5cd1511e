/** Ticks off what the visitor has tried, and says why the page reloaded. Remembers it over reloads. */

const KEY = 'tour';
const done = JSON.parse(sessionStorage.getItem(KEY) ?? '{}');

/** Ticks off a step; `note` is shown below it. */
function tick(step, note = '') {
  done[step] = note;
  sessionStorage.setItem(KEY, JSON.stringify(done));
  show();
}

function show() {
  for (const step of document.querySelectorAll('#tour li')) {
    step.classList.toggle('done', step.id in done);
    step.querySelector('output').textContent = done[step.id] ?? '';
  }
}

/** The steps that an update of a module does. */
const STEPS = { '/demo/src/greeting.js': 'headline', '/demo/src/stride.js': 'stride' };

import.meta.hot?.on('hotgraph:afterUpdate', ({ updates }) => {
  for (const { type, acceptedPath } of updates) {
    const step = type === 'css-update' ? 'styles' : STEPS[acceptedPath];
    if (step) tick(step);
  }
});
import.meta.hot?.on('hotgraph:error', () => tick('mistake'));
import.meta.hot?.on('hotgraph:beforeFullReload', ({ message }) => tick('reload', message));
import.meta.hot?.accept();

show();
