/**
 * Browsers compile a function when it first runs, so the first update of a page would take longer than those after it.
 * Before that, made-up modules get an update, in a runtime of their own that changes nothing in the page.
 */
import type { BodyFunction } from '../model/generation.js';
import type { Body, Definition, StaleModule } from '../protocol.js';
import type { Log } from '../tell/log.js';
import type { Ports } from './ports.js';
import { Runtime } from './runtime.js';

/** The urls of the modules, from the entry down. No file has such a url. */
const NAMES = ['entry', 'between', 'edited'].map((name) => `/__hotgraph/rehearsal/${name}`);

/** How often the update is applied. */
const TIMES = 3;

const SILENT: Log = { debug() {}, info() {}, warn() {}, error() {} };

/** All export a value. */
const plain: BodyFunction = function* (_, context) {
  context.link(() => 0);
  yield;
};

/**
 * Applies updates of made-up modules.
 *
 * @param ports Those of the page. Ports that change the page are not called.
 * @returns Whether all were applied.
 */
export async function rehearse(ports: Ports): Promise<boolean> {
  const nothing = () => {};
  const later = async () => undefined;
  const [entry = ''] = NAMES;
  let runs = 0;
  const accepting: BodyFunction = function* (meta, context) {
    context.link(() => 0);
    yield;
    const { hot } = meta as ImportMeta;
    hot?.dispose(nothing);
    hot?.accept();
    runs += 1;
  };
  const runtime = new Runtime(
    { page: null },
    {
      ...ports,
      compile: (text) => (text.includes(entry) ? accepting : plain),
      forget: nothing,
      reload: nothing,
      replaceSheets: later,
      send: nothing,
      showProblems: nothing,
      swapImages: nothing,
      swapStyles: later,
    },
    SILENT,
  );
  runtime.start();
  for (const url of [...NAMES].reverse()) {
    const meta = { url: ports.origin + url } as ImportMeta;
    const natives = importsOf(url).map(() => ({}));
    const body = url === entry ? accepting : plain;
    const shell = runtime.modules.define(meta, definition(url, 0), natives, body);
    shell.run();
    shell.attach(nothing);
  }
  for (let version = 1; version <= TIMES; version += 1) {
    const stale = [...NAMES].reverse().map((url) => staleModule(url, version));
    runtime.receive({
      type: 'update',
      version,
      changed: NAMES.slice(-1),
      stale,
      added: [],
      departures: [],
      invalidated: null,
    });
    await runtime.idle;
  }
  return runs === TIMES + 1;
}

/** A module imports the next one. */
function importsOf(url: string): string[] {
  return NAMES.slice(NAMES.indexOf(url) + 1).slice(0, 1);
}

function definition(url: string, version: number): Definition {
  const imports = importsOf(url).map((imported) => ({
    specifier: imported,
    url: imported,
    kind: 'script' as const,
    names: ['value'],
    plain: false,
  }));
  return {
    url,
    version,
    hash: String(version),
    imports,
    locals: ['value'],
    indirect: [],
    stars: [],
    hot: url === NAMES[0],
    reports: false,
    isAsync: false,
  };
}

function staleModule(url: string, version: number): StaleModule {
  const body: Body = { definition: definition(url, version), code: url, value: null };
  const above = NAMES[NAMES.indexOf(url) - 1];
  return {
    url,
    version,
    kind: 'script',
    acceptance: above === undefined ? 'accepts' : 'none',
    importers: above === undefined ? [] : [{ url: above, accepts: [], uses: [] }],
    body,
    kept: false,
  };
}
