/** The modules that Vue's components use, as text: code of the page. */

/** What Vue expects bundlers to say, where the host of the page does not say it in the code. */
export const FLAGS = `
globalThis.process ??= { env: { NODE_ENV: 'development' } };
globalThis.__VUE_OPTIONS_API__ ??= true;
globalThis.__VUE_PROD_DEVTOOLS__ ??= false;
globalThis.__VUE_PROD_HYDRATION_MISMATCH_DETAILS__ ??= false;
`;

/** How components register at Vue's runtime for hot updates, and what an update of one of them means. */
export const HMR = `
const runtime = () => globalThis.__VUE_HMR_RUNTIME__;

/** A component has run for the first time, or again. */
export function create(component) {
  runtime()?.createRecord(component.__hmrId, component);
}

/** The names of its CSS modules are others: it renders again. */
export function renamed(id) {
  return render(() => runtime()?.rerender(id));
}

/**
 * New code of a component. While its script and all that it imports are as they were, its instances stay and render by
 * the new template. Otherwise they are created anew, a moment later.
 */
export async function update(next, previous, dependencies) {
  const isSame = next.__hmrState === previous?.__hmrState && dependencies.length === 0;
  if (isSame && next.render) return render(() => runtime()?.rerender(next.__hmrId, next.render));
  const errors = [];
  const hear = (event) => errors.push(event.error ?? event.reason);
  addEventListener('error', hear);
  addEventListener('unhandledrejection', hear);
  const listening = listen();
  try {
    runtime()?.reload(next.__hmrId, next);
    // The browser reports a rejected promise a moment later.
    for (const _ of [1, 2]) await new Promise((resolve) => setTimeout(resolve));
  } finally {
    listening.end();
    removeEventListener('error', hear);
    removeEventListener('unhandledrejection', hear);
  }
  errors.unshift(...listening.errors);
  if (errors.length > 0) throw errors[0];
}

/** Throws what a render throws. */
function render(run) {
  const listening = listen();
  try {
    run();
  } finally {
    listening.end();
  }
  if (listening.errors.length > 0) throw listening.errors[0];
}

const listeners = new Set();
let print;

/** Hears of errors that Vue's runtime only prints. */
function listen() {
  const errors = [];
  if (listeners.size === 0) {
    print = console.error;
    console.error = (...said) => {
      for (const one of listeners) if (said[0] instanceof Error) one.push(said[0]);
      print.apply(console, said);
    };
  }
  listeners.add(errors);
  const end = () => {
    listeners.delete(errors);
    if (listeners.size === 0) console.error = print;
  };
  return { errors, end };
}
`;
