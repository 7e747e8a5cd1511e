/**
 * Pages of the runtime without a browser, whose modules are functions.
 */

import { openPage } from './page.js';

let pages = 0;

/**
 * A page whose modules are functions by url, called with `import.meta.hot` and the version when the module is evaluated;
 * what they return is exported as `value`. Everything that happens is a line in `events`.
 *
 * @param {import('ava').ExecutionContext} t
 * @param {{ modules: Record<string, (hot: any, version: number) => unknown>, imports?: Record<string, string[]> }} page
 *   `imports` is what each module imports.
 */
export function open(t, { modules, imports = {} }) {
  const id = `functions${++pages}`;
  const sourceOf = (url) => ({
    imports: (imports[url] ?? []).map((specifier) => [specifier]),
    locals: ['value'],
    code: `const value = globalThis.${id}(${JSON.stringify(url)}, $hot_m.hot);`,
  });
  const sources = Object.fromEntries(Object.keys(modules).map((url) => [url, sourceOf(url)]));
  const page = openPage(t, sources);
  let isLoading = true;
  globalThis[id] = (url, hot) => {
    const version = isLoading ? 0 : page.newest;
    page.note(`evaluate ${url} ${version}`);
    return modules[url](hot, version);
  };
  t.teardown(() => delete globalThis[id]);
  return {
    ...page,
    sourceOf,
    functions: modules,
    imports,
    async load(...urls) {
      await page.load(...urls);
      isLoading = false;
    },
    /** Sends an update of modules by the functions that they are. */
    update(changed, stale, more = {}) {
      const news = changed.filter((url) => url in modules);
      const code = Object.fromEntries(
        // Other text makes it another body.
        news.map((url) => {
          const source = sourceOf(url);
          return [url, { ...source, code: `${source.code}//${page.newest + 1}` }];
        }),
      );
      return page.update(code, stale, { changed, ...more });
    },
    generation: (url) => page.modules.graph.current(url),
  };
}

/** What happens when an update of the chain is applied at a version, for the first time. */
export const eventsOf = (version) => [
  'dispose leaf 0',
  'dispose dep 0',
  `evaluate /leaf.js ${version}`,
  `evaluate /dep.js ${version}`,
  `callback dep ${version}`,
];

/**
 * A page with `/main.js`. That accepts `/dep.js`, which imports `/leaf.js`.
 *
 * @param {import('ava').ExecutionContext} t
 * @param {Record<string, (hot: any, version: number) => unknown>} [overrides]
 */
export async function openChain(t, overrides = {}) {
  const note = (text) => page.events.push(text);
  const page = open(t, {
    modules: {
      '/leaf.js': (hot, version) => {
        hot.dispose(() => note(`dispose leaf ${version}`));
        return { version };
      },
      '/dep.js': (hot, version) => {
        hot.dispose(() => note(`dispose dep ${version}`));
        return { version };
      },
      '/main.js': (hot) => {
        hot.accept('./dep.js', (dep) => note(`callback dep ${dep.value.version}`));
        return {};
      },
      ...overrides,
    },
    imports: { '/main.js': ['./dep.js'], '/dep.js': ['./leaf.js'] },
  });
  await page.load('/main.js');
  return page;
}

export const chain = [
  ['/leaf.js', { '/dep.js': [] }],
  ['/dep.js', { '/main.js': ['./dep.js'] }],
];

/** What an update has instead of a module that does not load. */
export const BROKEN = {
  body: { definition: { url: '/dep.js', imports: [] }, code: 'let =', value: null },
};

export const brokenChain = (
  body = { ...BROKEN.body, definition: { url: '/leaf.js', imports: [] } },
) => [[...chain[0], { body }], chain[1]];
