import test from 'ava';
import { createHotContext } from '../dist/runtime/hot/hot.js';
import { load } from '../dist/runtime/modules/load.js';
import { Runtime } from '../dist/runtime/update/runtime.js';

/**
 * A page without a browser. `modules` are functions by url, called with `import.meta.hot` and the
 * version when the module is evaluated; what they return is the namespace. Everything that happens is
 * a line in `events`.
 */
function openPage({ modules, version = 100, page = '/index.html' }) {
  const events = [];
  const sent = [];
  const shown = [];
  const evaluated = new Map();
  const probeError = { current: undefined };
  const held = { probe: undefined };
  const newestLoaded = { current: 0 };
  const oldestLoaded = { current: undefined };

  const importModule = (address) => {
    if (!evaluated.has(address)) evaluated.set(address, evaluate(address));
    return evaluated.get(address);
  };
  async function evaluate(address) {
    const [url, stamp = '0'] = address.split('?__hot=');
    if (!modules[url]) throw new Error(`${url} is missing`);
    events.push(`evaluate ${address}`);
    const generation = runtime.create(url, Number(stamp));
    const hot = createHotContext(generation, {
      getData: (of) => runtime.registry.data(of),
      setData: (of, data) => runtime.registry.setData(of, data),
      changed() {},
      invalidate: (of, message) => runtime.invalidate(of, message),
      on: (event, listener, owner) => runtime.events.on(event, listener, owner),
      off: (event, listener, owner) => runtime.events.off(event, listener, owner),
      send: () => {},
    });
    return modules[url](hot, Number(stamp));
  }

  const ports = {
    importModule,
    load: (updated, roots) => load(updated, roots, undefined, ports),
    leaveToBrowser: async () => {},
    ran: () => {},
    exportsChanged: () => {},
    async probe(probed) {
      events.push(`probe ${probed.map(({ address }) => address).join(' ')}`);
      await held.probe;
      if (probeError.current) throw probeError.current;
      return true;
    },
    swapStyles: async (styles) => {
      if (styles.length > 0) events.push(`swap ${styles.map(({ url }) => url).join(' ')}`);
    },
    replaceSheets: async () => {},
    swapImages: () => {},
    isLoaded: (url) => url in modules || url.endsWith('.css'),
    loadedVersion: () => 0,
    oldestLoaded: () => oldestLoaded.current,
    newestLoaded: () => newestLoaded.current,
    showsStyle: (url) => url.endsWith('.css'),
    loadedBy: () => new Set(),
    showsImage: () => false,
    isWorker: () => false,
    isUsedUnseen: () => false,
    isSettled: () => true,
    settled: async () => {},
    keep: (url, running, newer) => events.push(`keep ${url} ${running} for ${newer}`),
    forget: (url) => events.push(`forget ${url}`),
    reload: (report) => events.push(`reload ${report.cause}: ${report.chain.join(' ')}`),
    send: (message) => {
      sent.push(message);
      if (message.type !== 'applied') events.push(`send ${message.type}`);
    },
    now: () => 0,
    showProblems: (problems) => shown.push(problems),
  };
  const log = {
    debug() {},
    info() {},
    warn: (text) => events.push(`warn ${text}`),
    error: (text) => events.push(`error ${text}`),
  };
  const runtime = new Runtime({ page, session: 's', version }, ports, log);
  let newest = version;
  return {
    runtime,
    events,
    sent,
    shown,
    probeError,
    held,
    newestLoaded,
    oldestLoaded,
    modules,
    /** Evaluates the page's modules and starts it; forgets what happened so far. */
    async load(...urls) {
      for (const url of urls) await importModule(url);
      runtime.start();
      events.length = 0;
    },
    /** Sends an update: modules as `[url, importers, rest]`. */
    update(changed, stale, more = {}) {
      newest += 1;
      runtime.receive({
        type: 'update',
        version: newest,
        changed,
        stale: stale.map(([url, importers = {}, rest = {}]) => ({
          url,
          version: newest,
          kind: url.endsWith('.css') ? 'style' : 'script',
          acceptance: 'none',
          carried: null,
          kept: false,
          ask: false,
          importers: Object.entries(importers).map(([importer, accepts]) => ({
            url: importer,
            accepts,
            uses: [],
          })),
          ...rest,
        })),
        departures: [],
        invalidated: null,
        ...more,
      });
      return runtime.idle;
    },
    take: () => events.splice(0),
  };
}

/** Lets everything run that does not wait for the test. */
const turn = () => new Promise((resolve) => setImmediate(resolve));

/** The server's answer to a hello: as the run of that name, which goes on with the page or refuses to. */
const connected = (session, refusal, uncertain) => {
  const went = refusal === null ? { uncertain } : { refusal };
  return { type: 'connected', session, version: 100, ...went };
};

const ACCEPTS = { acceptance: 'accepts' };

/** A page with `/main.js`, which accepts `/dep.js`, which imports `/leaf.js`. */
async function openChain(overrides = {}) {
  const note = (text) => page.events.push(text);
  const page = openPage({
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
        hot.accept('./dep.js', (dep) => note(`callback dep ${dep.version}`));
        return {};
      },
      ...overrides,
    },
  });
  await page.load('/leaf.js', '/dep.js', '/main.js');
  return page;
}

const chain = [
  ['/leaf.js', { '/dep.js': [] }],
  ['/dep.js', { '/main.js': ['./dep.js'] }],
];

test('an update is announced, probed, disposed, imported, called back and reported in this order', async (t) => {
  const page = await openChain();
  const generation = page.runtime.registry.current('/main.js');
  for (const event of ['vite:beforeUpdate', 'bun:afterUpdate', 'hotgraph:afterUpdate']) {
    page.runtime.events.on(event, () => page.events.push(event), generation);
  }
  await page.update(['/leaf.js'], chain);
  t.deepEqual(page.take(), [
    'vite:beforeUpdate',
    'probe /leaf.js?__hot=101 /dep.js?__hot=101',
    'dispose leaf 0',
    'dispose dep 0',
    'evaluate /dep.js?__hot=101',
    'callback dep 101',
    'bun:afterUpdate',
    'hotgraph:afterUpdate',
  ]);
  t.deepEqual(page.sent, [
    { type: 'applied', version: 101, ms: 0, boundaries: ['/main.js'], carried: false },
  ]);
  t.is(page.runtime.version, 101);
});

test('events carry what Vite’s do', async (t) => {
  const page = await openChain();
  const payloads = [];
  const generation = page.runtime.registry.current('/main.js');
  page.runtime.events.on('vite:beforeUpdate', (payload) => payloads.push(payload), generation);
  await page.update(['/dep.js'], chain.slice(1));
  t.deepEqual(payloads, [
    {
      type: 'update',
      updates: [{ type: 'js-update', path: '/main.js', acceptedPath: '/dep.js', timestamp: 101 }],
    },
  ]);
});

test('a failed probe disposes and evaluates nothing, and the next update brings it along', async (t) => {
  const page = await openChain();
  page.probeError.current = new Error('/leaf.js: Unexpected token');
  await page.update(['/leaf.js'], chain);
  t.deepEqual(page.take(), [
    'probe /leaf.js?__hot=101 /dep.js?__hot=101',
    'probe /dep.js?__hot=101',
    'error not applied: /leaf.js: Unexpected token\n/leaf.js → /dep.js → /main.js',
    'send failed',
  ]);
  t.is(page.runtime.version, 100);

  page.probeError.current = undefined;
  await page.update(['/other.js'], [['/other.js', {}]]);
  t.deepEqual(page.take().slice(1), [
    'dispose leaf 0',
    'dispose dep 0',
    'evaluate /dep.js?__hot=101',
    'callback dep 101',
  ]);
  t.is(page.runtime.version, 102);
});

test('one of the stale modules that does not load does not matter when the new code leaves it out', async (t) => {
  const page = await openChain();
  page.runtime.registry.current('/main.js');
  let asked = 0;
  Object.defineProperty(page.probeError, 'current', {
    get: () => (asked++ === 0 ? new Error('404') : undefined),
  });
  await page.update(['/leaf.js', '/dep.js'], chain);
  t.true(page.take().includes('callback dep 101'));
});

test('dispose callbacks run in parallel and are waited for', async (t) => {
  const release = [];
  const slow = (name) => (hot) => {
    hot.dispose(async () => {
      page.events.push(`start ${name}`);
      await new Promise((resolve) => release.push(resolve));
      page.events.push(`end ${name}`);
    });
    return {};
  };
  const page = await openChain({ '/leaf.js': slow('leaf'), '/dep.js': slow('dep') });
  const done = page.update(['/leaf.js'], chain);
  await turn();
  t.deepEqual(page.take().slice(1), ['start leaf', 'start dep']);
  for (const resolve of release) resolve();
  await done;
  t.deepEqual(page.take().slice(0, 3), ['end leaf', 'end dep', 'evaluate /dep.js?__hot=101']);
});

test('a dispose callback that throws is shown and stops nothing', async (t) => {
  const page = await openChain({
    '/leaf.js': (hot) => {
      hot.dispose((data) => {
        data.seen = true;
        throw new Error('stuck');
      });
      return {};
    },
  });
  await page.update(['/leaf.js'], chain);
  t.true(page.events.includes('callback dep 101'));
  t.true(page.events.includes('error a dispose callback of /leaf.js threw: stuck'));
  t.deepEqual(page.runtime.registry.data('/leaf.js'), { seen: true });
  t.is(page.sent.at(-1).type, 'applied');
});

test('a dispose callback that does not come to an end is named, and holds up updates no longer', async (t) => {
  const page = await openChain({
    '/leaf.js': (hot) => {
      hot.dispose(() => new Promise(() => {}));
      return {};
    },
  });
  await page.update(['/leaf.js'], chain);
  const events = page.take();
  t.true(events.includes('callback dep 101'), events.join('\n'));
  t.truthy(
    events.find((event) =>
      /dispose callback of \/leaf\.js did not settle within 5 seconds/.test(event),
    ),
  );
  t.is(page.sent.at(-1).type, 'applied');
});

test('a list callback runs once for all its dependencies', async (t) => {
  const lists = [];
  const page = openPage({
    modules: {
      '/a.js': (_, version) => ({ name: 'a', version }),
      '/b.js': (_, version) => ({ name: 'b', version }),
      '/c.js': (_, version) => ({ name: 'c', version }),
      '/main.js': (hot) => {
        hot.accept(['./a.js', './b.js', './c.js'], (list) => lists.push(list));
        return { name: 'main' };
      },
    },
  });
  await page.load('/a.js', '/b.js', '/c.js', '/main.js');
  const importers = (name) => ({ '/main.js': [name] });
  await page.update(
    ['/a.js', '/c.js'],
    [
      ['/a.js', importers('./a.js')],
      ['/c.js', importers('./c.js')],
    ],
  );
  t.is(lists.length, 1);
  const [list] = lists;
  t.deepEqual(
    list.map((view) => view && `${view.name} ${view.version}`),
    ['a 101', undefined, 'c 101'],
  );
  t.deepEqual(
    list.deps.map(({ name, version }) => `${name} ${version}`),
    ['a 101', 'b 0', 'c 101'],
  );
  t.is(list.module.name, 'main');
  await page.update(['/b.js'], [['/b.js', importers('./b.js')]]);
  t.deepEqual(
    lists[1].deps.map(({ name, version }) => `${name} ${version}`),
    ['a 101', 'b 102', 'c 101'],
  );
});

test('callbacks are those of the generation from before the update', async (t) => {
  const page = openPage({
    modules: {
      '/a.js': (hot, version) => {
        hot.accept((view) => page.events.push(`from ${version} to ${view.version}`));
        return { version };
      },
    },
  });
  await page.load('/a.js');
  await page.update(['/a.js'], [['/a.js', {}, ACCEPTS]]);
  await page.update(['/a.js'], [['/a.js', {}, ACCEPTS]]);
  t.deepEqual(
    page.take().filter((line) => line.startsWith('from')),
    ['from 0 to 101', 'from 101 to 102'],
  );
});

test('new code without accept still applies, the save after it reloads', async (t) => {
  const page = openPage({
    modules: {
      '/a.js': (hot, version) => {
        if (version === 0) hot.accept();
        return {};
      },
    },
  });
  await page.load('/a.js');
  await page.update(['/a.js'], [['/a.js', { '/index.html': [] }, ACCEPTS]]);
  await page.update(['/a.js'], [['/a.js', { '/index.html': [] }]]);
  t.deepEqual(page.take(), [
    'probe /a.js?__hot=101',
    'evaluate /a.js?__hot=101',
    'reload deadEnd: /a.js /index.html',
  ]);
});

test('new code that throws leaves the old registrations, and the next update works', async (t) => {
  const page = openPage({
    modules: {
      '/a.js': (hot, version) => {
        hot.on('vite:afterUpdate', () => page.events.push(`listener of ${version}`));
        hot.dispose(() => page.events.push(`dispose ${version}`));
        if (version === 101) throw new Error('boom');
        hot.accept((view) => page.events.push(`from ${version} to ${view.version}`));
        return { version };
      },
    },
  });
  await page.load('/a.js');
  await page.update(['/a.js'], [['/a.js', {}, ACCEPTS]]);
  t.deepEqual(page.take(), [
    'probe /a.js?__hot=101',
    'dispose 0',
    'evaluate /a.js?__hot=101',
    'error the new code of /a.js, or of what it imports, threw: boom',
    'send failed',
  ]);
  await page.update(['/a.js'], [['/a.js', {}, ACCEPTS]]);
  t.deepEqual(page.take(), [
    'probe /a.js?__hot=102',
    'dispose 101',
    'evaluate /a.js?__hot=102',
    'from 0 to 102',
    'listener of 102',
  ]);
});

test('a callback that throws is shown and the others still run', async (t) => {
  const page = openPage({
    modules: {
      '/a.js': (hot) => {
        hot.accept(() => {
          throw new Error('sync');
        });
        hot.accept(async () => {
          throw new Error('async');
        });
        hot.accept(() => page.events.push('third'));
        return {};
      },
    },
  });
  await page.load('/a.js');
  await page.update(['/a.js'], [['/a.js', {}, ACCEPTS]]);
  t.deepEqual(page.take().slice(2), [
    'third',
    'error an accept callback of /a.js threw: sync',
    'error an accept callback of /a.js threw: async',
    'send failed',
  ]);
  t.is(page.runtime.version, 101);
});

test('updates run one at a time; those that pile up become one', async (t) => {
  const page = await openChain();
  let release;
  page.held.probe = new Promise((resolve) => {
    release = resolve;
  });
  page.update(['/leaf.js'], chain);
  page.update(['/leaf.js'], chain);
  const done = page.update(['/leaf.js'], chain);
  await turn();
  t.deepEqual(page.take(), ['probe /leaf.js?__hot=101 /dep.js?__hot=101']);
  release();
  await done;
  t.deepEqual(
    page.take().filter((line) => line.startsWith('callback')),
    ['callback dep 101', 'callback dep 103'],
  );
});

test('an update that came with code of the next one becomes one with it before anything runs', async (t) => {
  const page = await openChain();
  page.newestLoaded.current = 102;
  page.update(['/leaf.js'], chain);
  await turn();
  t.deepEqual(page.take(), ['probe /leaf.js?__hot=101 /dep.js?__hot=101']);
  await page.update(['/leaf.js'], chain);
  t.deepEqual(page.take(), [
    'probe /leaf.js?__hot=102 /dep.js?__hot=102',
    'dispose leaf 0',
    'dispose dep 0',
    'evaluate /dep.js?__hot=102',
    'callback dep 102',
  ]);
  t.is(page.runtime.version, 102);
});

test('an update waits a while, and no longer, for the next one whose code it came with', async (t) => {
  const page = await openChain();
  page.newestLoaded.current = 102;
  await page.update(['/leaf.js'], chain);
  t.is(page.take().at(-1), 'callback dep 101');
  t.is(page.runtime.version, 101);
});

test('an update that came with code of a pruned module waits no longer than for that', async (t) => {
  const page = await openChain();
  page.newestLoaded.current = 102;
  page.update(['/leaf.js'], chain);
  let isOver = false;
  const over = page.runtime.idle.then(() => {
    isOver = true;
  });
  await turn();
  t.false(isOver);
  page.runtime.receive({ type: 'prune', version: 102, urls: [] });
  for (let turns = 0; turns < 20; turns += 1) await turn();
  t.true(isOver);
  await over;
  t.is(page.take().at(-1), 'callback dep 101');
});

test('the same module giving up again while the page is busy is one update', async (t) => {
  const page = await openChain();
  let release;
  page.held.probe = new Promise((resolve) => {
    release = resolve;
  });
  void page.update(['/dep.js'], chain.slice(1));
  const invalidated = (trail) => ({ invalidated: { message: null, trail } });
  for (let time = 0; time < 5; time += 1)
    void page.update(['/leaf.js'], chain, invalidated(['/leaf.js']));
  void page.update(['/dep.js'], chain.slice(1), invalidated(['/leaf.js', '/dep.js']));
  release();
  await page.runtime.idle;
  const applied = page.sent.filter(({ type }) => type === 'applied');
  t.deepEqual(
    applied.map(({ version }) => version),
    [101, 106, 107],
  );
});

test('messages wait until the page’s own code has run', async (t) => {
  const page = openPage({ modules: { '/a.js': (hot) => hot.accept() ?? {} } });
  await page.update(['/a.js'], [['/a.js', {}, ACCEPTS]]);
  t.deepEqual(page.take(), []);
  await page.load('/a.js');
  await page.runtime.idle;
  t.deepEqual(page.take(), ['probe /a.js?__hot=101', 'evaluate /a.js?__hot=101']);
});

test('an update that the page is past is ignored', async (t) => {
  const page = await openChain();
  await page.update(['/leaf.js'], chain, { version: 100 });
  t.deepEqual(page.take(), []);
});

test('invalidate sends the update’s trail, once for a module', async (t) => {
  const page = openPage({
    modules: {
      '/a.js': (hot) => {
        hot.accept(() => {
          hot.invalidate('first');
          hot.invalidate('second');
        });
        hot.on('bun:invalidate', (payload) => page.events.push(JSON.stringify(payload)));
        return {};
      },
      '/b.js': () => ({}),
    },
  });
  await page.load('/a.js', '/b.js');
  await page.update(
    ['/b.js'],
    [
      ['/b.js', { '/a.js': [] }, { version: 0 }],
      ['/a.js', {}, ACCEPTS],
    ],
    { invalidated: { message: null, trail: ['/b.js'] } },
  );
  const { sent } = page;
  t.deepEqual(
    sent.filter(({ type }) => type === 'invalidate'),
    [{ type: 'invalidate', url: '/a.js', version: 101, message: 'first', trail: ['/b.js'] }],
  );
  t.true(
    page.events.includes('{"path":"/a.js","message":"first","firstInvalidatedBy":"/b.js"}'),
    page.events.join('\n'),
  );
});

test('invalidate gives up the last update that a module took part in, later too, once', async (t) => {
  let giveUp;
  const page = openPage({
    modules: {
      '/main.js': (hot) => {
        hot.accept('./dep.js', () => {});
        giveUp = hot.invalidate;
        return {};
      },
      '/dep.js': () => ({}),
    },
  });
  await page.load('/main.js', '/dep.js');
  const given = () => page.sent.filter(({ type }) => type === 'invalidate');
  for (const version of [101, 102]) {
    await page.update(['/dep.js'], [['/dep.js', { '/main.js': ['./dep.js'] }]]);
    giveUp();
    giveUp();
    t.like(given().at(-1), { url: '/main.js', version, trail: [] });
    t.is(given().length, version - 100);
  }
});

test('invalidate while the page loads does nothing: there is no update to give up', async (t) => {
  const page = openPage({ modules: { '/a.js': (hot) => hot.invalidate() ?? {} } });
  await page.load('/a.js');
  t.deepEqual(page.sent, []);
});

test('a module that was to accept and did not gives up, and the whole update goes on', async (t) => {
  const page = openPage({
    modules: {
      '/leaf.js': (hot) => {
        hot.dispose(() => page.events.push('dispose leaf'));
        return {};
      },
      '/a.js': () => ({}),
      '/main.js': (hot) => {
        hot.accept();
        return {};
      },
    },
  });
  await page.load('/leaf.js', '/a.js', '/main.js');
  const stale = [
    ['/leaf.js', { '/a.js': [] }],
    ['/a.js', { '/main.js': [] }, ACCEPTS],
  ];
  await page.update(['/leaf.js'], stale);
  t.deepEqual(page.take(), ['send invalidate']);
  t.like(page.sent[0], { url: '/a.js', version: 101, trail: [] });
  await page.update(
    ['/a.js'],
    [
      [...stale[1].slice(0, 2), { ...ACCEPTS, version: 101 }],
      ['/main.js', {}, ACCEPTS],
    ],
    {
      invalidated: { message: null, trail: ['/a.js'] },
    },
  );
  t.deepEqual(page.take(), [
    'probe /leaf.js?__hot=101 /a.js?__hot=101 /main.js?__hot=102',
    'dispose leaf',
    'evaluate /main.js?__hot=102',
  ]);
});

test('a reload happens once, and nothing after it', async (t) => {
  const page = await openChain();
  const generation = page.runtime.registry.current('/main.js');
  page.runtime.events.on('vite:beforeFullReload', ({ path }) => page.events.push(path), generation);
  await page.update(['/main.js'], [['/main.js', { '/index.html': [] }]]);
  await page.update(['/leaf.js'], chain);
  page.runtime.receive(connected('other', 'no record'));
  await page.runtime.idle;
  t.deepEqual(page.take(), ['/main.js', 'reload deadEnd: /main.js /index.html']);
});

test('another run of the server that cannot go on with the page reloads it', async (t) => {
  const page = await openChain();
  page.runtime.receive(connected('s', null, undefined));
  t.deepEqual(page.take(), []);
  page.runtime.receive(connected('other', 'no record'));
  await turn();
  t.deepEqual(page.take(), ['reload session: ']);
});

test('a page becomes one of the run that goes on with it', async (t) => {
  const page = await openChain();
  t.is(page.runtime.session, 's');
  page.runtime.receive(connected('other', null, ['/elsewhere.js']));
  await turn();
  t.is(page.runtime.session, 'other');
  t.deepEqual(page.take(), []);
});

test('a page that has a module of which nobody knows what it is now reloads', async (t) => {
  const page = await openChain();
  page.runtime.receive(connected('other', null, ['/elsewhere.js', '/leaf.js']));
  await turn();
  t.is(page.runtime.session, 's');
  t.deepEqual(page.take(), ['reload session: ']);
});

test('a page says which version it is at, also when an update is none of its business', async (t) => {
  const page = await openChain();
  await page.update(['/elsewhere.js'], [['/elsewhere.js', {}]]);
  const { version } = page.runtime;
  t.deepEqual(page.sent, [{ type: 'acknowledged', version }]);
  page.runtime.receive({ type: 'prune', version: version + 1, urls: ['/elsewhere.js'] });
  await page.runtime.idle;
  t.is(page.runtime.version, version + 1);
});

test('what is stale only because of something that the page has not loaded is the same by its new version', async (t) => {
  const page = await openChain();
  await page.update(
    ['/elsewhere.js'],
    [
      ['/elsewhere.js', { '/leaf.js': [] }],
      ['/leaf.js', { '/dep.js': [] }],
      ['/dep.js', { '/main.js': ['./dep.js'] }],
    ],
  );
  const kept = ['keep /leaf.js 0 for 101', 'keep /dep.js 0 for 101'];
  t.deepEqual(page.take(), [...kept, 'send acknowledged']);
  await page.update(
    ['/elsewhere.js', '/dep.js'],
    [
      ['/elsewhere.js', { '/leaf.js': [] }],
      ['/dep.js', { '/main.js': ['./dep.js'] }],
      ['/leaf.js', { '/dep.js': [] }],
    ],
  );
  const applied = ['probe /dep.js?__hot=102', 'dispose dep 0', 'evaluate /dep.js?__hot=102'];
  t.deepEqual(page.take(), ['keep /leaf.js 0 for 102', ...applied, 'callback dep 102']);
});

test('pruning disposes, runs prune callbacks and forgets data', async (t) => {
  const page = openPage({
    modules: {
      '/a.js': (hot) => {
        hot.data.kept = 1;
        hot.dispose((data) => page.events.push(`dispose ${data.kept}`));
        hot.prune((data) => page.events.push(`prune ${data.kept}`));
        hot.on('vite:beforePrune', ({ paths }) => page.events.push(`before ${paths}`));
        return {};
      },
    },
  });
  await page.load('/a.js');
  page.runtime.receive({ type: 'prune', version: 101, urls: ['/a.js', '/never-loaded.js'] });
  await page.runtime.idle;
  t.deepEqual(page.take(), ['before /a.js', 'dispose 1', 'prune 1', 'forget /a.js']);
  t.deepEqual(page.runtime.registry.data('/a.js'), {});
  t.is(page.runtime.registry.leftAt('/a.js'), 101, 'whoever imports it again evaluates it again');
});

test('modules that are pruned together are all disposed of before any prune callback', async (t) => {
  const module = (name) => (hot) => {
    hot.dispose(() => page.events.push(`dispose ${name}`));
    hot.prune(() => page.events.push(`prune ${name}`));
    return {};
  };
  const page = openPage({ modules: { '/a.js': module('a'), '/b.js': module('b') } });
  await page.load('/a.js', '/b.js');
  page.runtime.receive({ type: 'prune', version: 101, urls: ['/a.js', '/b.js'] });
  await page.runtime.idle;
  t.deepEqual(
    page.take().filter((event) => !event.startsWith('forget')),
    ['dispose a', 'dispose b', 'prune a', 'prune b'],
  );
});

test('a module that was imported again before its pruning is told stays', async (t) => {
  const page = openPage({
    modules: {
      '/a.js': (hot, version) => {
        hot.data.of = version;
        hot.dispose(() => page.events.push(`dispose ${version}`));
        hot.prune(() => page.events.push(`prune ${version}`));
        return {};
      },
    },
  });
  await page.load('/a.js', '/a.js?__hot=101');
  page.runtime.receive({ type: 'prune', version: 101, urls: ['/a.js'] });
  await page.runtime.idle;
  t.deepEqual(page.take(), ['dispose 0']);
  t.deepEqual(page.runtime.registry.data('/a.js'), { of: 101 });
  page.runtime.receive({ type: 'prune', version: 102, urls: ['/a.js'] });
  await page.runtime.idle;
  t.deepEqual(page.take(), ['dispose 101', 'prune 101', 'forget /a.js']);
});

test('what ran ahead of its update stays, and what it took the place of is disposed of', async (t) => {
  const page = await openChain();
  await page.load('/dep.js?__hot=101');
  page.oldestLoaded.current = 0;
  await page.update(['/dep.js'], chain.slice(1));
  t.deepEqual(page.take(), ['probe /dep.js?__hot=101', 'dispose dep 0', 'callback dep 101']);
});

test('what runs when an update has replaced it already is disposed of and changes nothing', async (t) => {
  const page = await openChain();
  await page.update(['/dep.js'], chain.slice(1));
  await page.update(['/dep.js'], chain.slice(1));
  page.take();
  const { registry } = page.runtime;
  const current = registry.current('/dep.js');
  await page.load('/dep.js?__hot=100');
  t.is(registry.current('/dep.js'), current);
  t.is(registry.version('/dep.js'), 102);
  await new Promise((resolve) => setTimeout(resolve));
  t.deepEqual(page.take(), ['dispose dep 100']);
  await page.update(['/dep.js'], chain.slice(1));
  t.deepEqual(
    page.take().filter((event) => event.startsWith('dispose')),
    ['dispose dep 102'],
  );
});

test('pruning waits while the page runs older code', async (t) => {
  const page = await openChain();
  page.probeError.current = new Error('broken');
  await page.update(['/dep.js'], chain.slice(1));
  page.runtime.receive({ type: 'prune', version: 101, urls: ['/leaf.js'] });
  await page.runtime.idle;
  t.false(page.take().includes('forget /leaf.js'));
  page.probeError.current = undefined;
  await page.update(['/dep.js'], chain.slice(1));
  t.deepEqual(page.take().slice(-3), ['callback dep 102', 'dispose leaf 0', 'forget /leaf.js']);
});

test('style sheets are swapped without touching scripts', async (t) => {
  const page = await openChain();
  await page.update(['/a.css'], [['/a.css', { '/index.html': [] }]]);
  t.deepEqual(page.take(), ['swap /a.css']);
  t.deepEqual(page.sent, [
    { type: 'applied', version: 101, ms: 0, boundaries: ['/a.css'], carried: false },
  ]);
});

test('errors and events of the server reach listeners', async (t) => {
  const page = await openChain();
  const generation = page.runtime.registry.current('/main.js');
  const heard = [];
  const { events } = page.runtime;
  events.on('vite:error', ({ err }) => heard.push(err), generation);
  const listener = (data) => heard.push(data);
  events.on('my:event', listener, generation);
  const place = { file: '/disk/a.js', line: 2, column: 5, frame: '> 2 | let' };
  const diagnostic = { severity: 'error', message: 'bad', remedy: null, url: '/main.js', ...place };
  const foreign = { ...diagnostic, url: '/not-loaded.js' };
  page.runtime.receive({ type: 'error', diagnostics: [diagnostic, foreign] });
  page.runtime.receive({ type: 'custom', event: 'my:event', data: { x: 1 } });
  events.off('my:event', listener, generation);
  page.runtime.receive({ type: 'custom', event: 'my:event', data: { x: 2 } });
  t.deepEqual(heard, [
    {
      message: 'bad',
      stack: '',
      id: '/main.js',
      frame: '> 2 | let',
      loc: { file: '/disk/a.js', line: 2, column: 5 },
    },
    { x: 1 },
  ]);
  t.deepEqual(page.take(), ['error /disk/a.js:2:5 bad\n> 2 | let']);
});

const broken = (url, message) => ({
  severity: 'error',
  message,
  remedy: null,
  url,
  file: url,
  line: 1,
  column: 2,
  frame: null,
});

test('code that cannot be served is a problem of pages that have asked for it', async (t) => {
  const page = openPage({ modules: { '/main.js': () => ({}) } });
  await page.load('/main.js');
  const messages = () => (page.shown.at(-1) ?? []).map(({ message }) => message);
  const diagnostics = [broken('/main.js', 'here'), broken('/late.js', 'elsewhere')];
  page.runtime.receive({ type: 'error', diagnostics });
  page.runtime.receive({ type: 'error', diagnostics: [broken('/late.js', 'still')] });
  t.deepEqual(page.take(), ['error /main.js:1:2 here']);
  t.deepEqual(messages(), ['here']);

  page.runtime.fetched();
  t.deepEqual(page.take(), []);
  page.modules['/late.js'] = () => ({});
  page.runtime.fetched();
  page.runtime.fetched();
  t.deepEqual(page.take(), ['error /late.js:1:2 still']);
  t.deepEqual(messages(), ['here', 'still']);

  page.runtime.receive({ type: 'recovered', urls: ['/main.js'] });
  t.deepEqual(messages(), ['still']);
  await page.update(['/late.js'], []);
  t.deepEqual(messages(), []);
});

test('what an update failed at is a problem until the next one of it', async (t) => {
  const page = await openChain();
  const shown = () =>
    page.shown.at(-1).map(({ title, message, chain }) => [title, message, chain.join(' ')]);
  page.probeError.current = new Error('/leaf.js: Unexpected token');
  await page.update(['/leaf.js'], chain);
  const way = '/leaf.js /dep.js /main.js';
  t.deepEqual(shown(), [['The update was not applied', '/leaf.js: Unexpected token', way]]);

  page.probeError.current = undefined;
  page.modules['/leaf.js'] = () => {
    throw new Error('boom');
  };
  const good = page.modules['/dep.js'];
  page.modules['/dep.js'] = () => page.modules['/leaf.js']();
  await page.update(['/leaf.js'], chain);
  t.deepEqual(shown(), [['The new code threw an error', 'boom', way]]);

  page.modules['/dep.js'] = good;
  await page.update(['/leaf.js'], chain);
  t.deepEqual(shown(), []);
});

for (const [since, expected] of [
  [
    101,
    [
      'forget /lost.js',
      'forget /gone.js',
      'keep /lost.js 0 for 103',
      'keep /gone.js 0 for 103',
      'send acknowledged',
    ],
  ],
  // By code that the page does not run.
  [102, ['reload declined: /lost.js /gone.js']],
]) {
  test(`what the page imports no more since ${since} stays so while a module keeps its code of 101`, async (t) => {
    const decline = (hot) => {
      hot.decline();
      return {};
    };
    const page = await openChain({ '/gone.js': decline, '/lost.js': () => ({}) });
    await page.load('/lost.js', '/gone.js');
    await page.update(['/leaf.js'], chain);
    page.modules['/dep.js'] = () => {
      throw new Error('thrown');
    };
    await page.update(['/leaf.js'], chain);
    t.true(page.take().includes('send failed'));
    const departures = ['/lost.js', '/gone.js'].map((url) => ({ url, page: '/index.html', since }));
    const lost = [
      ['/lost.js', { '/gone.js': [] }],
      ['/gone.js', {}, { acceptance: 'declines' }],
    ];
    await page.update(['/lost.js'], lost, { departures });
    t.deepEqual(page.take(), expected);
  });
}
