import test from 'ava';
import { openPage } from '../helpers/page.js';

let pages = 0;

/**
 * A page whose modules are functions by url, called with `import.meta.hot` and the version when the module is evaluated;
 * what they return is exported as `value`. Everything that happens is a line in `events`.
 *
 * @param {Record<string, string[]>} imports What each module imports.
 */
function open(t, { modules, imports = {} }) {
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
        // Other text, so that it is another body.
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

/** Lets everything run that does not wait for the test. */
const turn = () => new Promise((resolve) => setImmediate(resolve));

/** The server's answer to a hello: as the run of that name, which goes on with the page or refuses to. */
const connected = (session, refusal, uncertain) => {
  const went = refusal === null ? { uncertain } : { refusal };
  return { type: 'connected', session, version: 100, ...went };
};

const ACCEPTS = { acceptance: 'accepts' };

/** A page with `/main.js`, which accepts `/dep.js`, which imports `/leaf.js`. */
async function openChain(t, overrides = {}) {
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

const chain = [
  ['/leaf.js', { '/dep.js': [] }],
  ['/dep.js', { '/main.js': ['./dep.js'] }],
];

test('an update is announced, linked, disposed, evaluated, called back and reported in this order', async (t) => {
  const page = await openChain(t);
  const generation = page.generation('/main.js');
  for (const event of ['vite:beforeUpdate', 'bun:afterUpdate', 'hotgraph:afterUpdate']) {
    page.runtime.events.on(event, () => page.events.push(event), generation);
  }
  await page.update(['/leaf.js'], chain);
  t.deepEqual(page.take(), [
    'vite:beforeUpdate',
    'dispose leaf 0',
    'dispose dep 0',
    'evaluate /leaf.js 101',
    'evaluate /dep.js 101',
    'callback dep 101',
    'bun:afterUpdate',
    'hotgraph:afterUpdate',
  ]);
  t.deepEqual(page.sent, [{ type: 'applied', version: 101, ms: 0, boundaries: ['/main.js'] }]);
  t.is(page.runtime.version, 101);
});

test('events carry what Vite’s do', async (t) => {
  const page = await openChain(t);
  const payloads = [];
  const generation = page.generation('/main.js');
  page.runtime.events.on('vite:beforeUpdate', (payload) => payloads.push(payload), generation);
  await page.update(['/dep.js'], chain.slice(1));
  t.deepEqual(payloads, [
    {
      type: 'update',
      updates: [{ type: 'js-update', path: '/main.js', acceptedPath: '/dep.js', timestamp: 101 }],
    },
  ]);
});

/** What an update has instead of a module that does not load. */
const BROKEN = {
  body: { definition: { url: '/dep.js', imports: [] }, code: 'let =', value: null },
};
const brokenChain = (body = { ...BROKEN.body, definition: { url: '/leaf.js', imports: [] } }) => [
  [...chain[0], { body }],
  chain[1],
];

test('code that does not load disposes and evaluates nothing, and the next update brings it along', async (t) => {
  const page = await openChain(t);
  await page.update(['/leaf.js'], brokenChain());
  const [error, ...rest] = page.take();
  t.regex(error, /^error not applied: \/leaf\.js: .*\n\/leaf\.js → \/dep\.js → \/main\.js$/);
  t.deepEqual(rest, ['send failed']);
  t.is(page.runtime.version, 100);

  await page.update(['/leaf.js'], chain);
  t.deepEqual(page.take(), [
    'dispose leaf 0',
    'dispose dep 0',
    'evaluate /leaf.js 102',
    'evaluate /dep.js 102',
    'callback dep 102',
  ]);
  t.is(page.runtime.version, 102);
});

test('one of the stale modules that does not load does not matter when the new code leaves it out', async (t) => {
  const page = await openChain(t);
  page.imports['/dep.js'] = [];
  await page.update(['/leaf.js', '/dep.js'], brokenChain(null));
  t.deepEqual(page.take(), ['dispose dep 0', 'evaluate /dep.js 101', 'callback dep 101']);
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
  const page = await openChain(t, { '/leaf.js': slow('leaf'), '/dep.js': slow('dep') });
  const done = page.update(['/leaf.js'], chain);
  await turn();
  t.deepEqual(page.take(), ['start leaf', 'start dep']);
  for (const resolve of release) resolve();
  await done;
  t.deepEqual(page.take().slice(0, 3), ['end leaf', 'end dep', 'evaluate /leaf.js 101']);
});

test('a dispose callback that throws is shown and stops nothing', async (t) => {
  const page = await openChain(t, {
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
  t.deepEqual(page.modules.graph.get('/leaf.js').data, { seen: true });
  t.is(page.sent.at(-1).type, 'applied');
});

test('a dispose callback that does not come to an end is named, and holds up updates no longer', async (t) => {
  const page = await openChain(t, {
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
  const page = open(t, {
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
    list.map((view) => view && `${view.value.name} ${view.value.version}`),
    ['a 101', undefined, 'c 101'],
  );
  t.deepEqual(
    list.deps.map(({ value }) => `${value.name} ${value.version}`),
    ['a 101', 'b 0', 'c 101'],
  );
  t.is(list.module.value.name, 'main');
  await page.update(['/b.js'], [['/b.js', importers('./b.js')]]);
  t.deepEqual(
    lists[1].deps.map(({ value }) => `${value.name} ${value.version}`),
    ['a 101', 'b 102', 'c 101'],
  );
});

test('callbacks are those of the generation from before the update', async (t) => {
  const page = open(t, {
    modules: {
      '/a.js': (hot, version) => {
        hot.accept((view) => page.events.push(`from ${version} to ${view.value.version}`));
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
  const page = open(t, {
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
  t.deepEqual(page.take(), ['evaluate /a.js 101', 'reload deadEnd: /a.js /index.html']);
});

test('new code that throws leaves the old registrations, and the next update works', async (t) => {
  const page = open(t, {
    modules: {
      '/a.js': (hot, version) => {
        hot.on('vite:afterUpdate', () => page.events.push(`listener of ${version}`));
        hot.dispose(() => page.events.push(`dispose ${version}`));
        if (version === 101) throw new Error('boom');
        hot.accept((view) => page.events.push(`from ${version} to ${view.value.version}`));
        return { version };
      },
    },
  });
  await page.load('/a.js');
  await page.update(['/a.js'], [['/a.js', {}, ACCEPTS]]);
  t.deepEqual(page.take(), [
    'dispose 0',
    'evaluate /a.js 101',
    'error the new code of /a.js, or of what it imports, threw: boom',
    'send failed',
  ]);
  await page.update(['/a.js'], [['/a.js', {}, ACCEPTS]]);
  t.deepEqual(page.take(), [
    'dispose 101',
    'evaluate /a.js 102',
    'from 0 to 102',
    'listener of 102',
  ]);
});

test('a callback that throws is shown and the others still run', async (t) => {
  const page = open(t, {
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
  t.deepEqual(page.take().slice(1), [
    'third',
    'error an accept callback of /a.js threw: sync',
    'error an accept callback of /a.js threw: async',
    'send failed',
  ]);
  t.is(page.runtime.version, 101);
});

/** Holds up updates of a page in a dispose callback of `/dep.js`. */
function holdUp(page) {
  let release;
  const held = new Promise((resolve) => {
    release = resolve;
  });
  page.generation('/dep.js').registered.disposers.push(() => held);
  return release;
}

test('updates run one at a time; those that pile up become one', async (t) => {
  const page = await openChain(t);
  const release = holdUp(page);
  page.update(['/leaf.js'], chain);
  page.update(['/leaf.js'], chain);
  const done = page.update(['/leaf.js'], chain);
  await turn();
  t.deepEqual(page.take(), ['dispose leaf 0', 'dispose dep 0']);
  release();
  await done;
  t.is(page.take().filter((line) => line.startsWith('callback')).length, 2);
  t.is(page.runtime.version, 103);
});

test('an update whose bodies are newer already becomes one with the next before anything runs', async (t) => {
  const page = await openChain(t);
  page.ports.evaluate = false;
  page.newerBodies.current = true;
  await page.update(['/leaf.js'], chain);
  t.deepEqual(page.take(), ['import bodies /dep.js /leaf.js']);
  t.is(page.runtime.version, 100);
  page.newerBodies.current = false;
  await page.update(['/leaf.js'], chain);
  t.deepEqual(page.take().slice(1), [
    'dispose leaf 0',
    'dispose dep 0',
    'evaluate /leaf.js 102',
    'evaluate /dep.js 102',
    'callback dep 102',
  ]);
  t.is(page.runtime.version, 102);
});

test('the same module giving up again while the page is busy is one update', async (t) => {
  const page = await openChain(t);
  const release = holdUp(page);
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
  const page = open(t, { modules: { '/a.js': (hot) => hot.accept() ?? {} } });
  await page.update(['/a.js'], [['/a.js', {}, ACCEPTS]]);
  t.deepEqual(page.take(), []);
  await page.load('/a.js');
  await page.runtime.idle;
  t.deepEqual(page.take(), ['evaluate /a.js 0', 'evaluate /a.js 101'].slice(1));
});

test('an update that the page is past is ignored', async (t) => {
  const page = await openChain(t);
  await page.update(['/leaf.js'], chain, { version: 100 });
  t.deepEqual(page.take(), []);
});

test('invalidate sends the update’s trail, once for a module', async (t) => {
  const page = open(t, {
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
  const page = open(t, {
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
  const page = open(t, { modules: { '/a.js': (hot) => hot.invalidate() ?? {} } });
  await page.load('/a.js');
  t.deepEqual(page.sent, []);
});

test('a module that was to accept and did not gives up, and the whole update goes on', async (t) => {
  const page = open(t, {
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
    imports: { '/main.js': ['./a.js'], '/a.js': ['./leaf.js'] },
  });
  await page.load('/main.js');
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
  const evaluated = ['/leaf.js', '/a.js', '/main.js'].map((url) => `evaluate ${url} 102`);
  t.deepEqual(page.take(), ['dispose leaf', ...evaluated]);
});

test('a reload happens once, and nothing after it', async (t) => {
  const page = await openChain(t);
  const generation = page.generation('/main.js');
  page.runtime.events.on('vite:beforeFullReload', ({ path }) => page.events.push(path), generation);
  await page.update(['/main.js'], [['/main.js', { '/index.html': [] }]]);
  await page.update(['/leaf.js'], chain);
  page.runtime.receive(connected('other', 'no record'));
  await page.runtime.idle;
  t.deepEqual(page.take(), ['/main.js', 'reload deadEnd: /main.js /index.html']);
});

test('another run of the server that cannot go on with the page reloads it', async (t) => {
  const page = await openChain(t);
  page.runtime.receive(connected('s', null, undefined));
  t.deepEqual(page.take(), []);
  page.runtime.receive(connected('other', 'no record'));
  await turn();
  t.deepEqual(page.take(), ['reload session: ']);
});

test('a page becomes one of the run that goes on with it', async (t) => {
  const page = await openChain(t);
  t.is(page.runtime.session, 's');
  page.runtime.receive(connected('other', null, ['/elsewhere.js']));
  await turn();
  t.is(page.runtime.session, 'other');
  t.deepEqual(page.take(), []);
});

test('a page that has a module of which nobody knows what it is now reloads', async (t) => {
  const page = await openChain(t);
  page.runtime.receive(connected('other', null, ['/elsewhere.js', '/leaf.js']));
  await turn();
  t.is(page.runtime.session, 's');
  t.deepEqual(page.take(), ['reload session: ']);
});

test('a page says which version it is at, also when an update is none of its business', async (t) => {
  const page = await openChain(t);
  await page.update(['/elsewhere.js'], [['/elsewhere.js', {}]]);
  const { version } = page.runtime;
  t.deepEqual(page.sent, [{ type: 'acknowledged', version }]);
  page.runtime.receive({ type: 'prune', version: version + 1, urls: ['/elsewhere.js'] });
  await page.runtime.idle;
  t.is(page.runtime.version, version + 1);
});

test('what is stale only because of something that the page has not loaded stays what it is', async (t) => {
  const page = await openChain(t);
  await page.update(
    ['/elsewhere.js'],
    [
      ['/elsewhere.js', { '/leaf.js': [] }],
      ['/leaf.js', { '/dep.js': [] }],
      ['/dep.js', { '/main.js': ['./dep.js'] }],
    ],
  );
  t.deepEqual(page.take(), ['send acknowledged']);
  await page.update(
    ['/elsewhere.js', '/dep.js'],
    [
      ['/elsewhere.js', { '/leaf.js': [] }],
      ['/dep.js', { '/main.js': ['./dep.js'] }],
      ['/leaf.js', { '/dep.js': [] }],
    ],
  );
  t.deepEqual(page.take(), ['dispose dep 0', 'evaluate /dep.js 102', 'callback dep 102']);
});

test('pruning disposes, runs prune callbacks and forgets data', async (t) => {
  const page = open(t, {
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
  t.deepEqual(page.modules.graph.get('/a.js').data, {});
  t.true(page.modules.graph.get('/a.js').hasLeft, 'whoever imports it again evaluates it again');
});

test('modules that are pruned together are all disposed of before any prune callback', async (t) => {
  const module = (name) => (hot) => {
    hot.dispose(() => page.events.push(`dispose ${name}`));
    hot.prune(() => page.events.push(`prune ${name}`));
    return {};
  };
  const page = open(t, { modules: { '/a.js': module('a'), '/b.js': module('b') } });
  await page.load('/a.js', '/b.js');
  page.runtime.receive({ type: 'prune', version: 101, urls: ['/a.js', '/b.js'] });
  await page.runtime.idle;
  t.deepEqual(
    page.take().filter((event) => !event.startsWith('forget')),
    ['dispose a', 'dispose b', 'prune a', 'prune b'],
  );
});

test('a module that code in force imports again when its pruning is told stays', async (t) => {
  const page = await openChain(t);
  page.runtime.receive({ type: 'prune', version: 101, urls: ['/leaf.js'] });
  await page.runtime.idle;
  t.deepEqual(page.take(), []);
  page.runtime.receive({ type: 'prune', version: 102, urls: ['/dep.js', '/leaf.js', '/main.js'] });
  await page.runtime.idle;
  t.deepEqual(page.take().slice(-3), ['forget /dep.js', 'forget /leaf.js', 'forget /main.js']);
});

test('pruning waits while the page runs older code', async (t) => {
  const page = await openChain(t);
  page.imports['/dep.js'] = [];
  await page.update(['/dep.js'], [[...chain[1], { body: BROKEN.body }]]);
  page.runtime.receive({ type: 'prune', version: 101, urls: ['/leaf.js'] });
  await page.runtime.idle;
  t.false(page.take().includes('forget /leaf.js'));
  await page.update(['/dep.js'], chain.slice(1));
  t.deepEqual(page.take().slice(-3), ['callback dep 102', 'dispose leaf 0', 'forget /leaf.js']);
});

test('style sheets are swapped without touching scripts', async (t) => {
  const page = await openChain(t);
  await page.update(['/a.css'], [['/a.css', { '/index.html': [] }]]);
  t.deepEqual(page.take(), ['swap /a.css']);
  t.deepEqual(page.sent, [{ type: 'applied', version: 101, ms: 0, boundaries: ['/a.css'] }]);
});

test('errors and events of the server reach listeners', async (t) => {
  const page = await openChain(t);
  const generation = page.generation('/main.js');
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
  const page = open(t, { modules: { '/main.js': () => ({}) } });
  await page.load('/main.js');
  const messages = () => (page.shown.at(-1) ?? []).map(({ message }) => message);
  const diagnostics = [broken('/main.js', 'here'), broken('/late.js', 'elsewhere')];
  page.runtime.receive({ type: 'error', diagnostics });
  page.runtime.receive({ type: 'error', diagnostics: [broken('/late.js', 'still')] });
  t.deepEqual(page.take(), ['error /main.js:1:2 here']);
  t.deepEqual(messages(), ['here']);

  page.runtime.fetched();
  t.deepEqual(page.take(), []);
  page.loaded.add('/late.js');
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
  const page = await openChain(t);
  const shown = () =>
    page.shown.at(-1).map(({ title, message, chain }) => [title, message, chain.join(' ')]);
  await page.update(['/leaf.js'], brokenChain());
  const way = '/leaf.js /dep.js /main.js';
  const [[title, , chainShown], ...others] = shown();
  t.deepEqual([title, chainShown, others], ['The update was not applied', way, []]);

  const good = page.functions['/leaf.js'];
  page.functions['/leaf.js'] = () => {
    throw new Error('boom');
  };
  await page.update(['/leaf.js'], chain);
  t.deepEqual(shown(), [['The new code threw an error', 'boom', way]]);

  page.functions['/leaf.js'] = good;
  await page.update(['/leaf.js'], chain);
  t.deepEqual(shown(), []);
});

for (const [since, expected] of [
  [101, ['forget /lost.js', 'forget /gone.js', 'send acknowledged']],
  // By code that the page does not run.
  [102, ['reload declined: /lost.js /gone.js']],
]) {
  test(`what the page imports no more since ${since} stays so while a module keeps its code of 101`, async (t) => {
    const decline = (hot) => {
      hot.decline();
      return {};
    };
    const page = await openChain(t, { '/gone.js': decline, '/lost.js': () => ({}) });
    await page.load('/lost.js', '/gone.js');
    await page.update(['/leaf.js'], chain);
    page.functions['/dep.js'] = () => {
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

test('modules run again as they are, and when one throws, it keeps what it had', async (t) => {
  let throws = false;
  const page = open(t, {
    modules: {
      '/a.js': (hot) => {
        hot.accept();
        hot.dispose(() => page.note('dispose /a.js'));
        return 'a';
      },
      '/b.js': (hot) => {
        hot.accept();
        if (throws) throw new Error('in b');
        return {};
      },
    },
  });
  await page.load('/a.js', '/b.js');
  const value = () => page.modules.graph.get('/b.js').view.namespace().value;
  const first = value();
  page.answer(Object.fromEntries(['/a.js', '/b.js'].map((url) => [url, page.sourceOf(url)])));
  page.runtime.rerun(() => ['/a.js', '/b.js', '/none.js']);
  await page.runtime.idle;
  t.deepEqual(page.take(), ['dispose /a.js', 'evaluate /a.js 100', 'evaluate /b.js 100']);
  const second = value();
  t.not(second, first);
  throws = true;
  page.runtime.rerun(() => ['/b.js']);
  await page.runtime.idle;
  t.is(value(), second);
  t.like(page.sent.at(-1), { type: 'failed', kept: ['/b.js'] });
});
