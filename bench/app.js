/**
 * The app that every system serves: chains of modules, each under a boundary of its own, and other modules that
 * the page loads as well. What differs from system to system is the dialect in which boundaries accept.
 */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** In how many lists the other modules hang: so many requests are open at a time while the page loads. */
const LISTS = 100;

/** Code as modules have it. The names are the module's own, so that modules can be hoisted into one. */
const filler = (id) => `
/** Scales the numbers that are in range. */
export function scale${id}(numbers, factor = 2) {
  return numbers.filter((number) => number > ${id}).map((number) => number * factor);
}

export class Store${id} {
  entries = new Map();
  put(key, entry) {
    this.entries.set(key, { entry, key, index: this.entries.size + ${id} });
    return this;
  }
}
`;

/** The lines of a chain's modules that hoisting takes out. */
const LINKS = /^(?:import|export \{).*$/gm;

/** What a page says to the benchmark. */
const reporter = (port) => `const now = () => performance.timeOrigin + performance.now();
const socket = new WebSocket('ws://127.0.0.1:${port}');
const opened = new Promise((resolve) => socket.addEventListener('open', resolve));
const say = (message) => opened.then(() => socket.send(JSON.stringify(message)));
socket.addEventListener('message', () => say({ type: 'pong', at: now() }));
addEventListener('error', ({ message }) => say({ type: 'error', message }));
addEventListener('unhandledrejection', ({ reason }) => say({ type: 'error', message: String(reason) }));
let evaluations = 0;

/** The page has run \`count\` modules. */
export const loaded = (count) => say({ type: 'loaded', count, ms: performance.now() });
/** A boundary runs. */
export const evaluated = () => { evaluations += 1; };
/** An accept callback runs, and sees this value. */
export const updated = (boundary, value) => say({ type: 'updated', boundary, value, at: now(), evaluations });
`;

const html = (script) =>
  `<!doctype html><html lang="en"><head><title>bench</title></head><body>${script}</body></html>\n`;

const MODULE_PAGE = html('<script type="module" src="./main.js"></script>');
const BUNDLE_PAGE = html('<script src="/bundle.js"></script>');

const IMPORTS = (depth) => `import { updated } from './reporter.js';
import { value } from './chain-${depth}/module-1.js';
`;

/** In which words boundaries accept, and which page goes with that. */
export const dialects = {
  /** The boundary accepts itself: understood by all that have `import.meta.hot`. */
  hot: {
    page: MODULE_PAGE,
    boundary: (depth) => `${IMPORTS(depth)}export const seen = value;
import.meta.hot.accept((module) => updated(${depth}, module.seen));
`,
  },
  /** webpack's, where callbacks belong to accepted imports, which have become the new ones when they run. */
  webpack: {
    page: BUNDLE_PAGE,
    boundary: (depth) => `${IMPORTS(depth)}
import.meta.webpackHot.accept('./chain-${depth}/module-1.js', () => updated(${depth}, value));
`,
  },
  /** Nobody's: no more than the floor has to know. */
  floor: {
    page: MODULE_PAGE,
    boundary: (depth) => `${IMPORTS(depth)}import { accept } from '/floor-client.js';
accept(${depth}, (module) => updated(${depth}, module.value));
export const seen = value;
`,
  },
};

/** A folder of files that a server serves. */
class Folder {
  /** The absolute path of the folder. */
  folder = mkdtempSync(join(realpathSync(tmpdir()), 'hotgraph-bench-'));
  #dispose = () => this.dispose();

  constructor() {
    process.once('exit', this.#dispose);
  }

  /** The absolute path of a file. */
  path(name) {
    return join(this.folder, name);
  }

  /** Writes a file. */
  write(name, text) {
    mkdirSync(dirname(this.path(name)), { recursive: true });
    writeFileSync(this.path(name), text);
  }

  /** Removes what a system left behind. */
  tidy() {
    for (const name of ['node_modules', 'bun-server.ts']) {
      rmSync(this.path(name), { recursive: true, force: true });
    }
  }

  /** Deletes it. */
  dispose() {
    process.off('exit', this.#dispose);
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** The app whose updates are measured. */
export class App extends Folder {
  /**
   * @param {{ depths?: number[], others: number, port: number }} options The chains' depths, how many other
   *   modules there are, and the port on which pages report.
   */
  constructor({ depths = [], others, port }) {
    super();
    this.depths = depths;
    this.others = others;
    this.write('reporter.js', reporter(port));
    for (const depth of depths) {
      for (let at = 1; at < depth; at++) this.write(chainFile(depth, at), linkText(at));
      this.write(this.deepest(depth), this.deepestText(depth, 0));
    }
    for (let at = 0; at < others; at++) this.write(this.other(at), this.otherText(at, 1));
    const heads = Array.from({ length: Math.min(LISTS, others) }, (_, list) => list);
    this.write(
      'others.js',
      `${heads.map((list) => `import { sum as sum${list} } from './${this.other(list)}';`).join('\n')}
export const sum = ${heads.map((list) => `sum${list}`).join(' + ') || 0};
`,
    );
  }

  /** Writes what differs from dialect to dialect. */
  speak({ page, boundary }) {
    this.write('index.html', page);
    for (const depth of this.depths) this.write(`boundary-${depth}.js`, boundary(depth));
    this.#writeMain(
      'others.js',
      this.depths.map((depth) => `boundary-${depth}.js`),
    );
  }

  /**
   * Writes the app under one boundary, which accepts itself and under which are all the other modules.
   */
  speakOfOthers() {
    this.write('index.html', MODULE_PAGE);
    this.write(
      'boundary.js',
      `import { sum } from './others.js';
import { evaluated, updated } from './reporter.js';
evaluated();
import.meta.hot.accept(({ module }) => updated('others', module.sum));
export { sum };
`,
    );
    this.#writeMain('boundary.js', []);
  }

  /** The page's script: runs everything, then says how many other modules ran. */
  #writeMain(counting, boundaries) {
    const imports = boundaries.map((name) => `import './${name}';\n`).join('');
    this.write(
      'main.js',
      `import { sum } from './${counting}';\nimport { loaded } from './reporter.js';\n${imports}loaded(sum);\n`,
    );
  }

  /** The module of a chain that is edited. */
  deepest(depth) {
    return chainFile(depth, depth);
  }

  /** Its text, by which the boundary gets to see a value. */
  deepestText(depth, value) {
    return `${filler(depth)}\nconst value = ${value};\nexport { value };\n`;
  }

  /** One of the other modules. */
  other(at) {
    return `others/list-${at % LISTS}/module-${Math.floor(at / LISTS)}.js`;
  }

  /** Its text: what it adds to the sum. */
  otherText(at, own) {
    const next = at + LISTS < this.others;
    const line = `import { sum as next } from './module-${Math.floor(at / LISTS) + 1}.js';\n`;
    return `${next ? line : ''}${filler(at)}\nexport const sum = ${own}${next ? ' + next' : ''};\n`;
  }
}

/** The app whose load is measured: modules of about 2.5 kB, each importing up to four of the next level. */
export class PageLoadApp extends Folder {
  /**
   * @param {number} modules How many.
   * @param {number} port On which pages report.
   */
  constructor(modules, port) {
    super();
    this.modules = modules;
    const name = (at) => `area-${at % 20}/module-${at}.js`;
    const functions = Array.from(
      { length: 24 },
      (_, at) =>
        `export function helper${at}(a, b) { return a.map((x) => x * b + ${at}).filter((x) => x > ${at}); }`,
    ).join('\n');
    for (let at = 0; at < modules; at++) {
      const children = [1, 2, 3, 4].map((child) => at * 4 + child).filter((one) => one < modules);
      const imports = children.map(
        (one) => `import { value as value${one} } from '../${name(one)}';`,
      );
      const sum = children.map((one) => ` + value${one}`).join('');
      this.write(name(at), `${imports.join('\n')}\n${functions}\nexport const value = 1${sum};\n`);
    }
    this.write('reporter.js', reporter(port));
    this.write(
      'main.js',
      `import { value } from './${name(0)}';\nimport { loaded } from './reporter.js';\nloaded(value);\n`,
    );
    this.write('index.html', MODULE_PAGE);
  }
}

const chainFile = (depth, at) => `chain-${depth}/module-${at}.js`;

/**
 * A module in the middle of a chain. It passes the value on as a live binding: Bun runs only the edited module and the
 * boundary again, and what one in between had computed would stay what it was.
 */
const linkText = (at) =>
  `import { value } from './module-${at + 1}.js';
${filler(at)}
export { value };
`;

/**
 * A chain as one module.
 *
 * @param {string[]} texts Its modules, in the order of their evaluation.
 */
export function hoist(texts) {
  const bodies = texts.map((text) => text.replace(LINKS, '').replaceAll('export ', ''));
  return `${bodies.join('\n')}export { value };\n`;
}
