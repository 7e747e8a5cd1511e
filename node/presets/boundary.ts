/**
 * Which edits of a module with components can be applied in that module alone. Code of the page, as text: what the
 * runtimes of React and Preact have in common.
 *
 * Components are replaced where they are in use. All else that a module exports is in the hands of its importers: when
 * that changes, they have to run again.
 */

/**
 * The text of a module's part: `refresh(url)`, what code calls that the compiler has registered components of, and
 * `refresh.update`, what it calls when an edit has run it anew. The code needs four functions in its scope:
 * `isComponent(value)`, `register(type, id)`, `sign()` and `apply()`. `sign()` makes a `$RefreshSig$`, and `apply()`
 * renders what was registered.
 */
export const BOUNDARY = `
/** The urls that have components, and those of them that the update under way still has to run. */
const urls = new Set();
const awaited = new Set();
let isDue = false;

export function refresh(url) {
  urls.add(new URL(url).pathname + new URL(url).search);
  return {
    $RefreshReg$(type, name) {
      register(type, url + ' ' + name);
      return type;
    },
    $RefreshSig$: sign,
  };
}

/**
 * The module at a url was run anew. Where its exports are, lines say. Returns why its importers have to run again too; else nothing, or a promise that is
 * rejected with what a render throws.
 */
refresh.update = (url, next, previous, lines) => {
  awaited.delete(new URL(url).pathname + new URL(url).search);
  const reason = boundary(url, next, previous, lines);
  isDue ||= reason === undefined;
  return reason ?? (awaited.size === 0 ? render() : undefined);
};

// All of an update is rendered at once, by the last of its modules.
import.meta.hot?.on('hotgraph:beforeUpdate', ({ updates }) => {
  awaited.clear();
  for (const { path, acceptedPath } of updates) {
    if (path === acceptedPath && urls.has(path)) awaited.add(path);
  }
});
import.meta.hot?.on('hotgraph:afterUpdate', () => render());

/**
 * Renders. The browser reports an error of a component while it renders. It is thrown here too, because only then
 * hotgraph shows it.
 */
async function render() {
  if (!isDue) return;
  isDue = false;
  const errors = [];
  const hear = (event) => errors.push(event.error);
  addEventListener('error', hear);
  try {
    apply();
  } finally {
    removeEventListener('error', hear);
  }
  if (errors.length > 0) throw errors[0];
}

function isCompound(value) {
  const isPlain = typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
  return isPlain && Object.keys(value).length > 0 && Object.values(value).every(isComponent);
}

function registerAll(url, exports) {
  for (const [name, value] of Object.entries(exports)) {
    if (isComponent(value)) register(value, url + ' export ' + name);
    else if (isCompound(value)) {
      for (const [part, type] of Object.entries(value)) register(type, url + ' export ' + name + '.' + part);
    }
  }
}

function changed(name, next, previous, place) {
  if (isComponent(next) && isComponent(previous)) return undefined;
  if (isCompound(next) && isCompound(previous)) {
    const gone = Object.keys(previous).find((part) => !(part in next));
    return gone && 'the component "' + name + '.' + gone + '" is gone';
  }
  if (next === previous) return undefined;
  if (isComponent(previous)) return 'the export "' + name + '"' + place + ' is no component any more';
  return 'the export "' + name + '"' + place + ' is no component, and it changed: in a module of its own it would keep the state of components';
}

function boundary(url, next, previous, lines = {}) {
  const names = Object.keys(next);
  if (names.length === 0) return 'it exports no component, and all of it has to run again';
  for (const name of Object.keys(previous)) {
    if (!(name in next)) return 'the export "' + name + '" is gone';
    const place = lines[name] ? ' in line ' + lines[name] : '';
    const reason = changed(name, next[name], previous[name], place);
    if (reason) return reason;
  }
  registerAll(url, previous);
  registerAll(url, next);
  return undefined;
}
`;
