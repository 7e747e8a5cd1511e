/** Resources other than JavaScript modules: style sheets, JSON, workers, pages. */
import { counted, html, main, value } from './parts.js';

/** @type {Record<string, import('../scenarios.js').Scenario>} */
export const resources = {
  'a linked style sheet': {
    files: {
      'index.html': html(`<p>text</p>${main}`, '<link rel="stylesheet" href="./a.css">'),
      'main.js': 'globalThis.mark = Math.random(); globalThis.before = mark;',
      'a.css': 'p { color: rgb(1, 0, 0) }',
    },
    steps: [1, 2, 3].map((number) => ({
      edit: number === 1 ? undefined : { 'a.css': `p { color: rgb(${number}, 0, 0) }` },
      shows: [
        "getComputedStyle(document.querySelector('p')).color",
        `rgb(${number}, 0, 0)`,
        "document.querySelectorAll('link[rel=stylesheet]').length",
        1,
      ],
    })),
  },
  'a linked style sheet: @import': {
    files: {
      'index.html': html(`<p>text</p>${main}`, '<link rel="stylesheet" href="./a.css">'),
      'main.js': '',
      'a.css': "@import './b.css'; p { margin-left: 1px }",
      'b.css': 'p { color: rgb(1, 0, 0) }',
    },
    steps: [1, 2, 3].map((number) => ({
      edit: number === 1 ? undefined : { 'b.css': `p { color: rgb(${number}, 0, 0) }` },
      shows: ["getComputedStyle(document.querySelector('p')).color", `rgb(${number}, 0, 0)`],
    })),
  },
  'a linked style sheet: no frame without style': {
    files: {
      'index.html': html(`<p>text</p>${main}`, '<link rel="stylesheet" href="./a.css">'),
      'main.js': `globalThis.bare = 0;
(function look() { if (getComputedStyle(document.querySelector('p')).paddingLeft !== '9px') bare += 1; requestAnimationFrame(look); })();`,
      'a.css': 'p { color: rgb(1, 0, 0); padding-left: 9px }',
    },
    steps: [1, 2, 3].map((number) => ({
      run: number === 1 ? 'globalThis.bare = 0' : undefined,
      edit:
        number === 1
          ? undefined
          : { 'a.css': `p { color: rgb(${number}, 0, 0); padding-left: 9px }` },
      shows: [
        "getComputedStyle(document.querySelector('p')).color",
        `rgb(${number}, 0, 0)`,
        'bare',
        0,
      ],
    })),
  },
  'a CSS module script': {
    files: {
      'index.html': html(`<p>text</p>${main}`),
      'main.js': `import sheet from './a.css' with { type: 'css' }; ${counted}
globalThis.sheet ??= sheet; globalThis.same = () => sheet === globalThis.sheet;
document.adoptedStyleSheets = [sheet];`,
      'a.css': 'p { color: rgb(1, 0, 0) }',
    },
    steps: [1, 2, 3].map((number) => ({
      edit: number === 1 ? undefined : { 'a.css': `p { color: rgb(${number}, 0, 0) }` },
      shows: [
        "getComputedStyle(document.querySelector('p')).color",
        `rgb(${number}, 0, 0)`,
        'globalThis.runs',
        1,
        'globalThis.same?.()',
        true,
      ],
    })),
  },
  'a JSON module': {
    files: {
      'main.js': `import data from './data.json' with { type: 'json' }; globalThis.value = data.value; import.meta.hot.accept();`,
      'data.json': '{ "value": 1 }',
    },
    steps: [1, 2, 3].map((number) => ({
      edit: number === 1 ? undefined : { 'data.json': `{ "value": ${number} }` },
      shows: ['globalThis.value', number],
    })),
  },
  "a worker's script": {
    files: {
      'main.js': `new Worker(new URL('./worker.js', import.meta.url), { type: 'module' }).onmessage = ({ data }) => { globalThis.value = data; };
import.meta.hot.accept();`,
      'worker.js': 'postMessage(1);',
    },
    steps: [
      { shows: ['globalThis.value', 1] },
      { edit: { 'worker.js': 'postMessage(2);' }, shows: ['globalThis.value', 2], loads: 2 },
    ],
  },
  'an edit of one of two pages': {
    files: {
      'index.html': html(`<p>1</p>${main}`),
      'other.html': html(`<p>1</p>${main}`),
      'main.js': "globalThis.text = document.querySelector('p').textContent;",
    },
    pages: ['/', '/other.html'],
    steps: [
      { shows: ['text', '1'] },
      { edit: { 'other.html': html(`<p>2</p>${main}`) }, loads: [1, 2] },
    ],
  },
  'an inline module script accepts': {
    files: {
      'index.html': html(
        `<script type="module">import { value } from './dep.js'; globalThis.value = value;
import.meta.hot.accept('./dep.js', (dep) => { globalThis.value = dep.value; });</script>`,
      ),
      'dep.js': value(1),
    },
    steps: [
      { shows: ['globalThis.value', 1] },
      { edit: { 'dep.js': value(2) }, shows: ['globalThis.value', 2] },
    ],
  },
  'a file that no page has loaded': {
    files: { 'main.js': `globalThis.value = 1; ${counted}`, 'lonely.js': value(1) },
    steps: [{ edit: { 'lonely.js': value(2) }, shows: ['value', 1, 'runs', 1] }],
  },
};
