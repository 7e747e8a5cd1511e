/**
 * `hotgraph/web-components`: errors, what cannot change in place, many updates, registries and hosts.
 */

import { join } from 'node:path';
import ava from 'ava';
import { hmrPlugin, presets, webComponents } from 'hotgraph/web-components';
import { browserName } from '../../scripts/browser.js';
import { startApp } from '../helpers/app.js';
import { closeBrowser } from '../helpers/browser.js';
import { repository } from '../helpers/command.js';
import { isKept, keep, pageOf, shows, startElements } from '../helpers/elements.js';
import { wasHot } from '../helpers/expect.js';
import { event, startPreset } from '../helpers/preset.js';

// One after the other: many tabs at once only make each other slow.
const test = ava.serial;

ava.after.always(closeBrowser);

const MAIN = { 'main.js': "import './x-it.js';" };

const IT = `class XIt extends HTMLElement {
  count = 0;
  constructor() {
    super();
    this.addEventListener('click', () => { this.count += 1; this.show(); });
  }
  connectedCallback() { this.show(); }
  show() { this.textContent = 'it ' + this.count; }
}
customElements.define('x-it', XIt);
`;

test('errors: syntax, a constructor that throws, and recovery', async (t) => {
  const { project, tab, events } = await startElements(t, '<x-it></x-it>', {
    ...MAIN,
    'x-it.js': IT,
  });
  await tab.until(shows, 'it 0', 'x-it');
  await keep(tab, 'x-it');
  await tab.evaluate(() => globalThis.element.click());
  const isShown = () => document.querySelector('hotgraph-overlay') !== null;
  await project.write('x-it.js', IT.replace('count = 0', 'count = '));
  await tab.until(isShown);
  await project.write(
    'x-it.js',
    IT.replace('super();', "super(); throw new Error('in constructor');"),
  );
  await tab.logged('in constructor');
  await tab.until(isShown);
  // The old code goes on, with its listeners, once.
  await tab.evaluate(() => globalThis.element.click());
  t.is(await tab.evaluate(shows, 'x-it'), 'it 2');
  const makes = () => {
    const other = document.createElement('x-it');
    return [other.count, other.constructor === globalThis.element.constructor];
  };
  t.deepEqual(await tab.evaluate(makes), [0, true]);
  await project.write('x-it.js', IT.replace("'it '", "'fixed '"));
  await tab.until(shows, 'fixed 2', 'x-it');
  await tab.until(isShown, false);
  await tab.evaluate(() => globalThis.element.click());
  t.is(await tab.evaluate(shows, 'x-it'), 'fixed 3');
  t.true(
    events.some(({ type, message }) => type === 'failed' && message.includes('in constructor')),
  );
  wasHot(t, tab);
});

/** Has code get the production build of Lit. */
const production = {
  name: 'production',
  resolve: {
    filter: { id: /^(?:@lit\/reactive-element|lit-html|lit-element\/lit-element\.js)$/ },
    handler(specifier) {
      const name = specifier.endsWith('.js')
        ? specifier
        : `${specifier}/${specifier.split('/').at(-1)}.js`;
      return join(repository, 'node_modules', name);
    },
  },
};

for (const [build, count] of [
  ['development', 100],
  ['production', 20],
]) {
  test(`${count} updates cost and leave what one does: Lit's ${build} build`, async (t) => {
    if (browserName !== 'chromium') return t.pass();
    const source = `import { html, LitElement } from 'lit';
class XIt extends LitElement {
  static properties = { count: {} };
  #times = 0;
  constructor() {
    super();
    this.count = 0;
    window.addEventListener('ping', () => { this.count += 1; });
    setInterval(() => {}, 1e6);
  }
  connectedCallback() { super.connectedCallback(); globalThis.connected = (globalThis.connected ?? 0) + 1; }
  disconnectedCallback() { super.disconnectedCallback(); globalThis.connected -= 1; }
  render() { return html\`at \${this.count}\`; }
}
customElements.define('x-it', XIt);
`;
    const files = { ...MAIN, 'index.html': pageOf('<x-it></x-it>'), 'x-it.js': source };
    const plugins = [build === 'production' && production, webComponents()];
    const { project, tab } = await startPreset(t, files, { plugins, packages: ['lit'] });
    await tab.until(shows, 'at 0', 'x-it');
    const isDevelopment = () => globalThis.litIssuedWarnings !== undefined;
    t.is(await tab.evaluate(isDevelopment), build === 'development');
    await keep(tab, 'x-it');
    await tab.evaluate(() => dispatchEvent(new Event('ping')));
    await tab.until(shows, 'at 1', 'x-it');
    const measure = async () => {
      const work = await tab.evaluate(() => {
        const { element } = globalThis;
        const chain = [];
        for (let at = element; at; at = Object.getPrototypeOf(at)) chain.push(at);
        const base = [];
        for (let at = element.constructor; at; at = Object.getPrototypeOf(at)) base.push(at);
        return {
          depth: chain.length,
          base: base.length,
          own: Reflect.ownKeys(element).length,
          sheets: element.shadowRoot.adoptedStyleSheets.length,
          nodes: element.shadowRoot.childNodes.length,
          connected: globalThis.connected,
        };
      });
      const session = await tab.page.context().newCDPSession(tab.page);
      await session.send('HeapProfiler.collectGarbage');
      const { result } = await session.send('Runtime.evaluate', { expression: 'window' });
      const { listeners } = await session.send('DOMDebugger.getEventListeners', {
        objectId: result.objectId,
      });
      return { ...work, listeners: listeners.filter(({ type }) => type === 'ping').length };
    };
    const classes = () => {
      globalThis.classes ??= [];
      globalThis.classes.push(new WeakRef(globalThis.element.constructor));
    };
    const update = async (number) => {
      await tab.evaluate(classes);
      await project.write('x-it.js', source.replace('at $', `at ${number} $`));
      await tab.until(shows, `at ${number} 1`, 'x-it');
    };
    await update(1);
    const first = await measure();
    for (let number = 2; number <= count; number += 1) await update(number);
    t.deepEqual(await measure(), first);
    t.is(first.listeners, 1);
    const alive = () => globalThis.classes.filter((one) => one.deref()).length;
    t.true((await tab.evaluate(alive)) < 5);
    t.true(await tab.evaluate(isKept, 'x-it'));
    wasHot(t, tab);
  });
}

for (const [name, source, next, reason] of [
  [
    'form association',
    'class XIt extends HTMLElement {}\ncustomElements.define("x-it", XIt);\n',
    (text) => text.replace('{}', '{ static formAssociated = true; }'),
    '`formAssociated` changed',
  ],
  [
    'a base class of another kind',
    'class XIt extends HTMLElement {}\ncustomElements.define("x-it", XIt);\n',
    (text) => text.replace('HTMLElement', 'HTMLButtonElement'),
    'it extends HTMLButtonElement now, and HTMLElement before',
  ],
  [
    'a class that is a function',
    'function XIt() { return Reflect.construct(HTMLElement, [], XIt); }\nObject.setPrototypeOf(XIt.prototype, HTMLElement.prototype);\nObject.setPrototypeOf(XIt, HTMLElement);\ncustomElements.define("x-it", XIt);\nglobalThis.one = 1;\n',
    (text) => text.replace('= 1', '= 2'),
    'it is not written as a class, or frozen',
  ],
]) {
  test(`reloads, and says why: ${name}`, async (t) => {
    const { project, tab } = await startElements(t, '<x-it></x-it>', {
      ...MAIN,
      'x-it.js': source,
    });
    await project.write('x-it.js', next(source));
    await tab.loaded(2);
    await tab.logged(`<x-it> cannot change in place: ${reason}`);
    t.is(tab.loads, 2);
  });
}

test('other options of a shadow root put a new element in its place', async (t) => {
  const source = `class XIt extends HTMLElement {
  static observedAttributes = ['label'];
  value = 0;
  constructor() { super(); this.attachShadow({ mode: 'open' }).innerHTML = '<slot></slot><p>shadow</p>'; }
}
customElements.define('x-it', XIt);
`;
  const { project, tab } = await startElements(t, '<x-it label="a" class="b"><b>child</b></x-it>', {
    ...MAIN,
    'x-it.js': source,
  });
  await keep(tab, 'x-it');
  await tab.evaluate(() => {
    globalThis.element.value = 5;
  });
  await project.write(
    'x-it.js',
    source.replace("mode: 'open'", "mode: 'open', delegatesFocus: true"),
  );
  await tab.logged('<x-it> was made anew: the options of its shadow root changed');
  const now = () => {
    const element = document.querySelector('x-it');
    const { value, shadowRoot, textContent, className } = element;
    return [
      value,
      shadowRoot.delegatesFocus,
      textContent,
      className,
      element.getAttribute('label'),
    ];
  };
  t.deepEqual(await tab.evaluate(now), [5, true, 'child', 'b', 'a']);
  t.false(await tab.evaluate(isKept, 'x-it'));
  wasHot(t, tab);
});

/** Base classes with private fields, which stay when what extends them changes. */
const FIELDS = {
  'a private field': `export class Base extends HTMLElement {
  #count = 0;
  list = [];
  constructor() { super(); this.addEventListener('click', () => { this.#count += 1; this.list.push('x'); this.show(); }); }
  connectedCallback() { this.show(); }
  show() { this.textContent = this.say() + ' ' + this.#count + this.list.join(''); }
}
`,
  'a mixin': `const Counting = (Some) => class extends Some {
  #count = 0;
  list = [];
  hit() { this.#count += 1; this.list.push('x'); }
  get shown() { return this.#count + this.list.join(''); }
};
export class Base extends Counting(HTMLElement) {
  constructor() { super(); this.addEventListener('click', () => { this.hit(); this.show(); }); }
  connectedCallback() { this.show(); }
  show() { this.textContent = this.say() + ' ' + this.shown; }
}
`,
};

for (const [name, base] of Object.entries(FIELDS)) {
  test(`a base class of another module has private fields: ${name}`, async (t) => {
    const source = `import { Base } from './base.js';
customElements.define('x-it', class XIt extends Base { say() { return 'it'; } });
`;
    const files = { ...MAIN, 'base.js': base, 'x-it.js': source };
    const { project, tab } = await startElements(t, '<x-it title="t"></x-it>', files);
    await tab.until(shows, 'it 0', 'x-it');
    const click = () => document.querySelector('x-it').click();
    let count = '0';
    for (const [at, said] of ['one', 'two', 'three'].entries()) {
      await tab.evaluate(click);
      count = `${at + 1}${'x'.repeat(at + 1)}`;
      await project.write('x-it.js', source.replace("'it'", `'${said}'`));
      await tab.until(shows, `${said} ${count}`, 'x-it');
    }
    await tab.logged('a base class, which stays, has private fields');
    t.is(await tab.evaluate(() => document.querySelector('x-it').title), 't');
    t.is(await tab.evaluate(() => document.querySelectorAll('x-it').length), 1);
    // With its base class, it changes in place.
    await keep(tab, 'x-it');
    await project.write('base.js', base.replace("+ ' ' +", "+ ': ' +"));
    await tab.until(shows, `three: ${count}`, 'x-it');
    t.true(await tab.evaluate(isKept, 'x-it'));
    wasHot(t, tab);
  });
}

test('a form control keeps its internals and its value', async (t) => {
  const source = `class XIt extends HTMLElement {
  static formAssociated = true;
  #internals = this.attachInternals();
  set value(value) { this.#internals.setFormValue('a' + value); }
  formResetCallback() { this.textContent = 'reset'; }
}
customElements.define('x-it', XIt);
`;
  const { project, tab } = await startElements(t, '<form><x-it name="it"></x-it></form>', {
    ...MAIN,
    'x-it.js': source,
  });
  await tab.evaluate(() => {
    document.querySelector('x-it').value = 1;
  });
  const value = () => new FormData(document.querySelector('form')).get('it');
  t.is(await tab.evaluate(value), 'a1');
  await project.write('x-it.js', source.replace("'a'", "'b'").replace("'reset'", "'cleared'"));
  await tab.logged('updated /x-it.js');
  t.is(await tab.evaluate(value), 'a1');
  await tab.evaluate(() => {
    document.querySelector('x-it').value = 2;
  });
  t.is(await tab.evaluate(value), 'b2');
  await tab.evaluate(() => document.querySelector('form').reset());
  await tab.until(shows, 'cleared', 'x-it');
  wasHot(t, tab);
});

test('defined once, guarded, imported by several, and defined twice by mistake', async (t) => {
  const guarded = IT.replace(
    'customElements.define',
    "if (!customElements.get('x-it')) customElements.define",
  );
  const { project, tab } = await startElements(t, '<x-it></x-it>', {
    'main.js':
      "import './x-it.js';\nimport './other.js';\nimport('./x-it.js').then(() => { globalThis.ready = true; });",
    'other.js': "import './x-it.js';\nexport {};\n",
    'x-it.js': guarded,
    'twice.js': IT,
  });
  await tab.until(() => globalThis.ready);
  await keep(tab, 'x-it');
  await project.write('x-it.js', guarded.replace("'it '", "'guarded '"));
  await tab.until(shows, 'guarded 0', 'x-it');
  t.is(
    await tab.evaluate(() => customElements.get('x-it') === globalThis.element.constructor),
    true,
  );
  const again = () =>
    import(/** @type {string} */ ('/twice.js')).then(
      () => 'defined',
      (error) => `${error.name}: ${error.message}`,
    );
  t.regex(await tab.evaluate(again), /^NotSupportedError: .*"x-it" has already been used/);
  wasHot(t, tab);
});

test('a scoped registry', async (t) => {
  if (browserName !== 'chromium') return t.pass();
  const source = `const registry = (globalThis.registry ??= new CustomElementRegistry());
class XIn extends HTMLElement {
  connectedCallback() { this.textContent = 'in'; }
}
registry.define('x-in', XIn);
class XIt extends HTMLElement {
  constructor() {
    super();
    this.attachShadow({ mode: 'open', customElementRegistry: registry }).innerHTML = '<x-in></x-in>';
  }
}
customElements.define('x-it', XIt);
`;
  const { project, tab } = await startElements(t, '<x-it></x-it>', { ...MAIN, 'x-it.js': source });
  await tab.until(shows, 'in', 'x-it');
  await keep(tab, 'x-it');
  await project.write('x-it.js', source.replace("'in';", "'within';"));
  await tab.until(shows, 'within', 'x-it');
  const found = () => [
    customElements.get('x-in'),
    globalThis.registry.get('x-in').name,
    globalThis.registry.getName(globalThis.registry.get('x-in')),
  ];
  t.deepEqual(await tab.evaluate(found), [undefined, 'XIn', 'x-in']);
  t.true(await tab.evaluate(isKept, 'x-it'));
  wasHot(t, tab);
});

for (const order of ['before', 'after']) {
  test(`the polyfill of scoped registries, ${order} other elements: the reload says what is in the way`, async (t) => {
    const name = '@webcomponents/scoped-custom-element-registry';
    const source = `const registry = new CustomElementRegistry();
class XIn extends HTMLElement {
  connectedCallback() { this.textContent = 'in'; }
}
registry.define('x-in', XIn);
class XIt extends HTMLElement {
  constructor() {
    super();
    this.attachShadow({ mode: 'open', registry }).innerHTML = '<x-in></x-in>';
  }
}
customElements.define('x-it', XIt);
`;
    const imports = [`import '${name}';`, "import './other.js';"];
    if (order === 'after') imports.reverse();
    const { project, tab, events } = await startPreset(
      t,
      {
        'index.html': pageOf('<x-it></x-it>'),
        'main.js': [...imports, "import './x-it.js';"].join('\n'),
        'other.js': "customElements.define('x-other', class extends HTMLElement {});",
        'x-it.js': source,
      },
      { plugins: [webComponents()], packages: [name] },
    );
    await tab.until(shows, 'in', 'x-it');
    await project.write('x-it.js', source.replace("'in';", "'within';"));
    await tab.until(shows, 'within', 'x-it');
    const { report } = await event(events, ({ type }) => type === 'reloaded');
    t.regex(report.message, /<x-it> cannot change in place: a polyfill of scoped registries/);
    t.is(tab.loads, 2);
  });
}

test('rendered on the server, and hydrated', async (t) => {
  const source = `import { html, LitElement } from 'lit';
export class XIt extends LitElement {
  static properties = { count: { type: Number } };
  constructor() { super(); this.count = 0; }
  render() { return html\`<button @click=\${() => this.count++}>count \${this.count}</button>\`; }
}
customElements.define('x-it', XIt);
`;
  const { render } = await import('@lit-labs/ssr');
  const { collectResult } = await import('@lit-labs/ssr/lib/render-result.js');
  const { html, LitElement } = await import('lit');
  // The page hydrates it because the template has the same text.
  class XIt extends LitElement {
    static properties = { count: { type: Number } };
    constructor() {
      super();
      this.count = 0;
    }
    render() {
      return html`<button @click=${() => this.count++}>count ${this.count}</button>`;
    }
  }
  customElements.define('x-it', XIt);
  const body = await collectResult(render(html`<x-it count="3"></x-it>`));
  const { project, tab } = await startElements(t, body, {
    'main.js':
      "import '@lit-labs/ssr-client/lit-element-hydrate-support.js';\nawait import('./x-it.js');\nglobalThis.hydrated = true;",
    'x-it.js': source,
    'index.html': pageOf(
      body,
      '<script>globalThis.button = () => document.querySelector("x-it").shadowRoot.querySelector("button");</script>',
    ),
  });
  await tab.until(() => globalThis.hydrated);
  await keep(tab, 'x-it');
  await tab.evaluate(() => {
    globalThis.first = globalThis.button();
    globalThis.first.click();
  });
  await tab.until(shows, 'count 4', 'x-it');
  await project.write('x-it.js', source.replace('this.count++', 'this.count += 10'));
  await tab.logged('updated /x-it.js');
  await tab.until(() => {
    globalThis.button().click();
    return globalThis.element.count >= 14;
  });
  t.true(await tab.evaluate(() => globalThis.first === globalThis.button()));
  await project.write('x-it.js', source.replace('>count', '>number'));
  await tab.until(() => globalThis.button().textContent.startsWith('number 1'));
  t.true(await tab.evaluate(isKept, 'x-it'));
  wasHot(t, tab);
});

test('@web/dev-server: the plugin of open-wc, by one import', async (t) => {
  const element = `class XIt extends HTMLElement {
  static hotReplacedCallback() { globalThis.replaced = (globalThis.replaced ?? 0) + 1; }
  hotReplacedCallback() { this.textContent = this.text() + ' replaced'; }
  text() { return 'text'; }
}
customElements.define('x-it', XIt);
`;
  const { project, tab } = await startApp(
    t,
    { ...MAIN, 'index.html': pageOf('<x-it></x-it>'), 'x-it.js': element, 'left.js': element },
    {
      plugin: (hmr) =>
        hmrPlugin({
          ...hmr,
          include: ['**/x-*.js'],
          presets: [presets.lit, presets.litElement, presets.fastElement, presets.haunted],
          functions: [{ name: 'component', import: 'haunted' }],
          baseClasses: [{ name: 'Base', import: './src/base.js' }],
          decorators: [{ name: 'element' }],
          patches: ['globalThis.patched = true;'],
        }),
    },
  );
  await keep(tab, 'x-it');
  await project.write('x-it.js', element.replace("'text'", "'new text'"));
  await tab.until(shows, 'new text replaced', 'x-it');
  t.deepEqual(await tab.evaluate(() => [globalThis.replaced, globalThis.patched]), [1, true]);
  wasHot(t, tab);
});

test('options', (t) => {
  t.throws(() => webComponents({ includes: [] }), { message: /no option "includes".*"include"/ });
  t.throws(() => webComponents({ include: 'src' }), { message: /"include".*has to be a list/ });
  t.throws(() => hmrPlugin({ presetz: [] }), { instanceOf: TypeError });
});

test('elements that extend a built-in, are moved, and are constructed by code', async (t) => {
  if (browserName !== 'chromium') return t.pass();
  const source = `globalThis.calls = [];
class XIt extends HTMLButtonElement {
  connectedCallback() { this.textContent = 'button'; globalThis.calls.push('connected'); }
  disconnectedCallback() { globalThis.calls.push('disconnected'); }
}
customElements.define('x-it', XIt, { extends: 'button' });
`;
  const { project, tab } = await startElements(t, '<button is="x-it"></button><p></p>', {
    ...MAIN,
    'x-it.js': source,
  });
  await tab.until(shows, 'button', 'button');
  await keep(tab, 'button');
  const moving =
    "  connectedMoveCallback() { globalThis.calls.push('moved'); }\n  disconnectedCallback";
  for (const [text, expected] of [
    [source, ['disconnected', 'connected']],
    [source.replace("'button';", "'moving';").replace('  disconnectedCallback', moving), ['moved']],
  ]) {
    await project.write('x-it.js', text);
    await tab.until(shows, text === source ? 'button' : 'moving', 'button');
    const move = () => {
      const { element } = globalThis;
      globalThis.calls = [];
      document.body.moveBefore(element, document.querySelector('p'));
      return globalThis.calls;
    };
    t.deepEqual(await tab.evaluate(move), expected);
  }
  const made = async () => {
    const found = await customElements.whenDefined('x-it');
    const one = new found();
    return [found === customElements.get('x-it'), one.localName, one instanceof found];
  };
  t.deepEqual(await tab.evaluate(made), [true, 'button', true]);
  t.true(await tab.evaluate(isKept, 'button'));
  wasHot(t, tab);
});

test('elements without a library: what they add, where they are scrolled, closed roots', async (t) => {
  const files = {
    'sheet.js':
      "export const sheet = new CSSStyleSheet();\nsheet.replaceSync('p { color: rgb(1, 1, 1) }');\n",
    'x-it.js': `import { sheet } from './sheet.js';
const template = document.createElement('template');
template.innerHTML = '<div style="height:20px;overflow:auto"><p style="height:400px">text</p><input></div><slot></slot>';
class XIt extends HTMLElement {
  #root = this.attachShadow({ mode: 'closed' });
  constructor() {
    super();
    this.#root.adoptedStyleSheets.push(sheet);
    this.#root.append(template.content.cloneNode(true));
    this.paragraph = this.#root.querySelector('p');
    this.paragraph.addEventListener('click', () => { this.paragraph.textContent += '!'; });
    globalThis.root = this.#root;
  }
  connectedCallback() {
    if (this.isBuilt) return;
    this.isBuilt = true;
    const added = document.createElement('em');
    added.textContent = 'added';
    this.append(added);
  }
}
customElements.define('x-it', XIt);
`,
  };
  const { project, tab } = await startElements(t, '<x-it><b>child</b></x-it>', {
    ...MAIN,
    ...files,
  });
  await tab.until(shows, 'childadded', 'x-it');
  await tab.evaluate(() => {
    const { root } = globalThis;
    root.querySelector('div').scrollTop = 40;
    root.querySelector('input').value = 'typed';
  });
  const now = () => {
    const { root } = globalThis;
    root.querySelector('p').click();
    return [
      root.textContent,
      root.childElementCount,
      root.querySelector('div').scrollTop,
      root.querySelector('input').value,
      getComputedStyle(root.querySelector('p')).color,
      document.querySelector('x-it').innerHTML,
    ];
  };
  const inner = '<b>child</b><em>added</em>';
  t.deepEqual(await tab.evaluate(now), ['text!', 2, 40, 'typed', 'rgb(1, 1, 1)', inner]);
  await project.write('sheet.js', files['sheet.js'].replace('1, 1, 1', '2, 2, 2'));
  await tab.until(() => getComputedStyle(globalThis.root.querySelector('p')).color, 'rgb(2, 2, 2)');
  await project.write('x-it.js', files['x-it.js'].replace('>text<', '>new<'));
  await tab.until(() => globalThis.root.textContent.startsWith('new'));
  t.deepEqual(await tab.evaluate(now), ['new!', 2, 40, 'typed', 'rgb(2, 2, 2)', inner]);
  wasHot(t, tab);
});
