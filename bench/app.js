/**
 * The app that every system serves: chains of modules, each under a boundary of its own, and other modules that
 * the page loads as well. What differs from system to system is the dialect in which boundaries accept.
 */
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** Milliseconds that a loop of writes takes at least, so that the page's clock can tell. */
const WRITING = 20;
/** Milliseconds between what a page has loaded and the first loop, and of loops until one counts: all is compiled then. */
const SETTLING = 2000;
const WARM_UP = 1000;

/** In how many lists the other modules hang: so many requests are open at a time while the page loads. */
const LISTS = 100;

/** What becomes of a type that is written into code, by the code's language. */
const TYPES = { js: () => '', ts: (type) => type };

/**
 * Code as modules have it. The names are the module's own: modules can be hoisted into one.
 *
 * @param {number} id
 * @param {(type: string) => string} type One of {@link TYPES}.
 */
const filler = (id, type) => `
/** Scales the numbers that are in range. */
export function scale${id}(numbers${type(': number[]')}, factor = 2)${type(': number[]')} {
  return numbers.filter((number) => number > ${id}).map((number) => number * factor);
}
${type(`
interface Entry${id} {
  entry: unknown;
  key: string;
  index: number;
}
`)}
export class Store${id} {
  entries = new Map${type(`<string, Entry${id}>`)}();
  put(key${type(': string')}, entry${type(': unknown')})${type(': this')} {
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
socket.addEventListener('message', ({ data }) => data === 'reload' ? location.reload() : say({ type: 'pong', at: now() }));
addEventListener('error', ({ message }) => say({ type: 'error', message }));
addEventListener('unhandledrejection', ({ reason }) => say({ type: 'error', message: String(reason) }));
let evaluations = 0;

/** The page has run \`count\` modules. */
export const loaded = (count) => say({ type: 'loaded', count, ms: performance.now() });
/** A boundary runs. */
export const evaluated = () => { evaluations += 1; };
/** An accept callback runs, and sees this value. */
export const updated = (boundary, value) => say({ type: 'updated', boundary, value, at: now(), evaluations });
/** The page has measured something itself. */
export const measured = (result) => say({ type: 'measured', ...result });
`;

const html = (script) =>
  `<!doctype html><html lang="en"><head><title>bench</title></head><body>${script}</body></html>\n`;

const MODULE_PAGE = html('<script type="module" src="./main.js"></script>');
const BUNDLE_PAGE = html('<script src="/bundle.js"></script>');

const IMPORTS = (depth) => `import { updated } from './reporter.js';
import { value } from './chain-${depth}/module-1.js';
`;

/** In which words boundaries accept, and which page goes with that; in which language, when it is not JavaScript. */
export const dialects = {
  /** The boundary accepts itself: understood by all that have `import.meta.hot`. */
  hot: {
    page: MODULE_PAGE,
    boundary: (depth) => `${IMPORTS(depth)}export const seen = value;
import.meta.hot.accept((module) => updated(${depth}, module.seen));
`,
  },
  /** The same in TypeScript. The page names the `.ts` file; modules import each other by their `.js` names. */
  typescript: {
    language: 'ts',
    page: MODULE_PAGE.replace('main.js', 'main.ts'),
    boundary: (depth) => `${IMPORTS(depth)}export const seen: number = value;
import.meta.hot.accept((module: { seen: number }) => updated(${depth}, module.seen));
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

  /** Removes files that a system left. */
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
  #language;
  #type;

  /**
   * @param {{ depths?: number[], others: number, port: number, language?: 'js' | 'ts' }} options The chains' depths,
   *   how many other modules there are, the port on which pages report, and what the modules are written in.
   */
  constructor({ depths = [], others, port, language = 'js' }) {
    super();
    this.#language = language;
    this.#type = TYPES[language];
    this.depths = depths;
    this.others = others;
    this.write('reporter.js', reporter(port));
    for (const depth of depths) {
      for (let at = 1; at < depth; at++) this.write(chainFile(depth, at), this.#linkText(at));
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

  /**
   * Modules are named as they are imported. What they are written in is their file's extension.
   *
   * @override
   */
  path(name) {
    return super.path(name.replace(/\.js$/, `.${this.#language}`));
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
    const typed = `value${this.#type(': number')}`;
    return `${filler(depth, this.#type)}\nconst ${typed} = ${value};\nexport { value };\n`;
  }

  /**
   * A module in the middle of a chain. It passes the value on as a live binding. Bun runs only the edited module and
   * the boundary again, and a value that a module in between had computed would stay as it was.
   */
  #linkText(at) {
    return `import { value } from './module-${at + 1}.js';
${filler(at, this.#type)}
export { value };
`;
  }

  /** One of the other modules. */
  other(at) {
    return `others/list-${at % LISTS}/module-${Math.floor(at / LISTS)}.js`;
  }

  /** Its text: what it adds to the sum. */
  otherText(at, own) {
    const next = at + LISTS < this.others;
    const line = `import { sum as next } from './module-${Math.floor(at / LISTS) + 1}.js';\n`;
    const code = `${filler(at, this.#type)}\nexport const sum${this.#type(': number')} = ${own}`;
    return `${next ? line : ''}${code}${next ? ' + next' : ''};\n`;
  }
}

/** The app whose load is measured: modules of about 2.5 kB, each importing up to four of the next level. */
export class PageLoadApp extends Folder {
  #last = '';
  #edits = 0;

  /**
   * @param {number} modules How many.
   * @param {boolean} accepts Whether the page's script accepts itself. Then hotgraph follows all of them.
   * @param {number} port On which pages report.
   */
  constructor(modules, accepts, port) {
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
      this.#last = name(at);
      this.write(name(at), `${imports.join('\n')}\n${functions}\nexport const value = 1${sum};\n`);
    }
    this.write('reporter.js', reporter(port));
    this.write(
      'main.js',
      `import { value } from './${name(0)}';
import { loaded } from './reporter.js';
loaded(value);
${accepts ? 'import.meta.hot?.accept();\n' : ''}`,
    );
    this.write('index.html', MODULE_PAGE);
  }

  /** Edits one module. */
  edit() {
    const text = readFileSync(this.path(this.#last), 'utf8').replace(/(?:\/\/ edit.*)?$/, '');
    this.#edits += 1;
    this.write(this.#last, `${text}// edit ${this.#edits}`);
  }
}

/** The app whose memory is measured: one module, which accepts itself. */
export class MemoryApp extends Folder {
  #code;

  /**
   * @param {number} bytes How long the module is, at least.
   * @param {number} port On which pages report.
   */
  constructor(bytes, port) {
    super();
    const helper = (at) => `export function helper${at}(list, factor = ${at}) {
  const inRange = list.filter((number) => number > ${at}).map((number) => number * factor);
  return inRange.reduce((sum, number) => sum + number, ${at});
}
results.push(helper${at}([1, 2, 3]));
`;
    const helpers = Array.from({ length: Math.ceil(bytes / helper(10).length) }, (_, at) =>
      helper(at),
    );
    this.#code = helpers.join('');
    this.write('reporter.js', reporter(port));
    this.write('module.js', this.text(0));
    this.write(
      'main.js',
      `import './module.js';\nimport { loaded } from './reporter.js';\nloaded(1);\n`,
    );
    this.write('index.html', MODULE_PAGE);
  }

  /** The module's text. Its callback gets to see a value. */
  text(value) {
    return `import { updated } from './reporter.js';
export const value = ${value};
const results = [];
${this.#code}import.meta.hot?.accept(({ module }) => updated('module', module.value));
`;
  }
}

/** The app that writes an exported variable, of which all its modules read. */
export class WritesApp extends Folder {
  /**
   * @param {number} modules How many accept themselves.
   * @param {number} repetitions How often the loop of writes is timed.
   * @param {number} port On which pages report.
   */
  constructor(modules, repetitions, port) {
    super();
    this.modules = modules;
    const names = Array.from({ length: modules - 1 }, (_, at) => `area-${at % 20}/module-${at}.js`);
    this.write(
      'counter.js',
      'export let n = 0;\nexport function increment() {\n  n += 1;\n}\nimport.meta.hot?.accept();\n',
    );
    for (const [at, name] of names.entries()) {
      this.write(
        name,
        `import { n } from '../counter.js';
export const read = () => n + ${at};
import.meta.hot?.accept();
`,
      );
    }
    this.write('reporter.js', reporter(port));
    this.write(
      'main.js',
      `import { increment, n } from './counter.js';
${names.map((name, at) => `import { read as read${at} } from './${name}';\n`).join('')}
import { loaded, measured } from './reporter.js';
const readers = [${names.map((_, at) => `read${at}`).join(', ')}];
loaded(readers.length + 1);
const timed = (count) => {
  const started = performance.now();
  for (let at = 0; at < count; at++) increment();
  return performance.now() - started;
};
await new Promise((resolve) => setTimeout(resolve, ${SETTLING}));
let writes = 10_000;
for (const ends = performance.now() + ${WARM_UP}; performance.now() < ends; ) timed(writes);
while (timed(writes) < ${WRITING}) writes *= 2;
const ms = Array.from({ length: ${repetitions} }, () => timed(writes));
const areSeen = readers.every((read, at) => read() === n + at) && n > ${repetitions} * writes;
measured({ writes, ms, areSeen });
`,
    );
    this.write('index.html', MODULE_PAGE);
  }
}

const chainFile = (depth, at) => `chain-${depth}/module-${at}.js`;

/**
 * A chain as one module.
 *
 * @param {string[]} texts Its modules, in the order of their evaluation.
 */
export function hoist(texts) {
  const bodies = texts.map((text) => text.replace(LINKS, '').replaceAll('export ', ''));
  return `${bodies.join('\n')}export { value };\n`;
}
