/**
 * `hotgraph/web-components`: what an edit changes in elements that are there, and what it leaves as it is. Each case is an
 * app, what a user does in it, an edit, and what holds then.
 */

import { readFileSync } from 'node:fs';
import ava from 'ava';
import { closeBrowser } from '../helpers/browser.js';
import { isKept, keep, shows, startElements } from '../helpers/elements.js';
import { wasHot } from '../helpers/expect.js';
import { startExample } from '../helpers/preset.js';

// One after the other: many tabs at once only make each other slow.
const test = ava.serial;

ava.after.always(closeBrowser);

const PLAIN = `export class XCount extends HTMLElement {
  static observedAttributes = ['label'];
  static step = 1;
  #count = 0;
  note = 'none';
  constructor() {
    super();
    this.attachShadow({ mode: 'open' }).innerHTML = '<p></p><input><slot></slot>';
    this.addEventListener('click', () => this.add());
  }
  add() { this.#count += XCount.step; this.show(); }
  connectedCallback() { this.show(); }
  attributeChangedCallback() { if (this.isConnected) this.show(); }
  show() { this.shadowRoot.querySelector('p').textContent = \`\${this.getAttribute('label')} \${this.#count}\`; }
}
customElements.define('x-count', XCount);
`;

test('plain: methods, template, private fields, statics', async (t) => {
  const { project, tab } = await startElements(t, '<x-count label="a"><b>child</b></x-count>', {
    'main.js': "import './x-count.js';",
    'x-count.js': PLAIN,
  });
  await tab.until(shows, 'a 0', 'x-count');
  await tab.evaluate(() => {
    const element = document.querySelector('x-count');
    globalThis.element = element;
    element.note = 'set';
    element.click();
    const input = element.shadowRoot.querySelector('input');
    input.value = 'typed';
    input.focus();
  });
  await tab.until(shows, 'a 1', 'x-count');
  await project.write(
    'x-count.js',
    PLAIN.replace('step = 1', 'step = 10').replace('= `', '= `count '),
  );
  await tab.until(shows, 'count a 1', 'x-count');
  t.deepEqual(
    await tab.evaluate(() => {
      const { element } = globalThis;
      element.click();
      const input = element.shadowRoot.querySelector('input');
      const registered = customElements.get('x-count');
      return [
        element === document.querySelector('x-count'),
        element.shadowRoot.querySelector('p').textContent,
        element.note,
        input.value,
        element.shadowRoot.activeElement === input,
        element.constructor === registered,
        element instanceof registered,
        registered.step,
        document.createElement('x-count').constructor === registered,
        new registered().constructor === registered,
        customElements.getName(registered),
        registered.name,
      ];
    }),
    [true, 'count a 11', 'set', 'typed', true, true, true, 10, true, true, 'x-count', 'XCount'],
  );
  wasHot(t, tab);
});

const ITEM = `import { css, html, LitElement } from 'lit';
import { shared } from './shared.js';
export class XItem extends LitElement {
  static properties = { label: {}, count: { state: true } };
  static styles = [shared, css\`p { margin: 1px }\`];
  constructor() { super(); this.label = 'none'; this.count = 0; this.list = []; }
  render() { return html\`<p @click=\${this.add}>\${this.label} \${this.count}</p><input><slot></slot>\`; }
  add() { this.count += 1; this.list.push(this.count); }
}
customElements.define('x-item', XItem);
`;

const LIT = {
  'main.js': "import './x-app.js';",
  'shared.js':
    "import { css } from 'lit';\nexport const shared = css`p { color: rgb(1, 1, 1) }`;\n",
  'x-item.js': ITEM,
  'x-app.js': `import { html, LitElement } from 'lit';
import './x-item.js';
class XApp extends LitElement {
  static properties = { label: {} };
  constructor() { super(); this.label = 'app'; }
  render() { return html\`<x-item .label=\${this.label}><i>slotted</i></x-item>\`; }
}
customElements.define('x-app', XApp);
`,
};

/** What the item of the app shows and is. */
const item = () => {
  const app = document.querySelector('x-app');
  const element = app.shadowRoot.querySelector('x-item');
  const root = element.shadowRoot;
  const paragraph = root.querySelector('p');
  return {
    text: paragraph.textContent,
    color: getComputedStyle(paragraph).color,
    isSame: element === globalThis.element,
    hasParagraph: paragraph === globalThis.paragraph,
    typed: root.querySelector('input').value,
    focused: root.activeElement?.localName,
    sheets: root.adoptedStyleSheets.length,
    list: element.list.length,
  };
};

const useItem = (tab) =>
  tab.evaluate(async () => {
    const app = document.querySelector('x-app');
    globalThis.element = app.shadowRoot.querySelector('x-item');
    await globalThis.element.updateComplete;
    const root = globalThis.element.shadowRoot;
    globalThis.paragraph = root.querySelector('p');
    globalThis.paragraph.click();
    root.querySelector('input').value = 'typed';
    root.querySelector('input').focus();
    app.label = 'parent';
  });

test('Lit: templates, styles, methods, properties', async (t) => {
  const { project, tab } = await startElements(t, '<x-app></x-app>', LIT);
  await tab.until(
    () =>
      document.querySelector('x-app')?.shadowRoot?.querySelector('x-item')?.shadowRoot !==
      undefined,
  );
  await useItem(tab);
  const state = {
    text: 'parent 1',
    color: 'rgb(1, 1, 1)',
    isSame: true,
    hasParagraph: true,
    typed: 'typed',
    focused: 'input',
    sheets: 2,
    list: 1,
  };
  await tab.until(item, state);
  // Shared styles: nothing is rendered anew.
  await project.write('shared.js', LIT['shared.js'].replace('1, 1, 1', '2, 2, 2'));
  await tab.until(item, { ...state, color: 'rgb(2, 2, 2)' });
  // A method: neither.
  await project.write('x-item.js', ITEM.replace('+= 1', '+= 10'));
  await tab.until(() => String(globalThis.element.add).includes('10'));
  await tab.evaluate(async () => {
    await globalThis.element.updateComplete;
    globalThis.paragraph.click();
  });
  const clicked = { ...state, color: 'rgb(2, 2, 2)', text: 'parent 11', list: 2 };
  await tab.until(item, clicked);
  // The template: other nodes, with what was typed into the old ones.
  await project.write('x-item.js', ITEM.replace('<input>', '!<input>'));
  await tab.until(item, { ...clicked, hasParagraph: false });
  // The template of the app: another item, with the state of the old one.
  await project.write('x-app.js', LIT['x-app.js'].replace('<x-item', '<hr><x-item'));
  await tab.until(item, { ...clicked, isSame: false, hasParagraph: false });
  wasHot(t, tab);
});

for (const [name, start, next] of [
  [
    'a plain class',
    `export class XLate extends HTMLElement {
  static get observedAttributes() { return ['old']; }
  connectedCallback() { this.textContent = 'plain'; }
  attributeChangedCallback(name, before, after) { this.textContent = name + ' ' + before + ' ' + after; }
}
customElements.define('x-late', XLate);
`,
    (source) => source.replace("'old'", "'mood'"),
  ],
  [
    'Lit',
    `import { html, LitElement } from 'lit';
class XLate extends LitElement {
  static properties = { old: {} };
  attributeChangedCallback(name, before, after) { super.attributeChangedCallback(name, before, after); this.told = name + ' ' + before + ' ' + after; }
  render() { return html\`\${this.told ?? 'plain'}\`; }
}
customElements.define('x-late', XLate);
`,
    (source) => source.replace('{ old: {} }', '{ mood: {} }'),
  ],
]) {
  test(`observed attributes: ${name}`, async (t) => {
    const { project, tab } = await startElements(t, '<x-late mood="glad"></x-late>', {
      'main.js': "import './x-late.js';",
      'x-late.js': start,
    });
    await tab.until(shows, 'plain', 'x-late');
    await keep(tab, 'x-late');
    await project.write('x-late.js', next(start));
    await tab.until(shows, 'mood null glad', 'x-late');
    await tab.evaluate(() => globalThis.element.setAttribute('mood', 'sad'));
    await tab.until(shows, 'mood glad sad', 'x-late');
    // What is not observed any more is not told, and new elements are like the old ones.
    await tab.evaluate(() => {
      globalThis.element.setAttribute('old', '1');
      const other = document.createElement('x-late');
      other.id = 'other';
      document.body.append(other);
      other.setAttribute('mood', 'new');
    });
    await tab.until(shows, 'mood null new', '#other');
    t.is(await tab.evaluate(shows, 'x-late'), 'mood glad sad');
    t.true(await tab.evaluate(isKept, 'x-late'));
    wasHot(t, tab);
  });
}

test('subclasses and mixins in other modules, elements that define and are extended', async (t) => {
  const files = {
    'main.js': "import './x-sub.js';",
    'base.js': `import { html, LitElement } from 'lit';
export class Base extends LitElement {
  static styles = [];
  greet() { return 'base'; }
  render() { return html\`\${this.greet()} \${this.mixed?.()} \${this.count}\`; }
}
`,
    'mixin.js':
      "export const Mixed = (Some) => class extends Some { #secret = 'mixed'; mixed() { return this.#secret; } };\n",
    'x-middle.js': `import { Base } from './base.js';
import { Mixed } from './mixin.js';
export class XMiddle extends Mixed(Base) {
  static properties = { count: {} };
  static label = 'middle';
  constructor() { super(); this.count = 0; }
}
customElements.define('x-middle', XMiddle);
`,
    'x-sub.js': `import { XMiddle } from './x-middle.js';
export class XSub extends XMiddle {
  static label = 'sub of ' + super.label;
  greet() { return XSub.label + ' ' + super.greet(); }
}
customElements.define('x-sub', XSub);
`,
  };
  const { project, tab } = await startElements(t, '<x-sub></x-sub><x-middle></x-middle>', files);
  await tab.until(shows, 'sub of middle base mixed 0', 'x-sub');
  await keep(tab, 'x-sub');
  await tab.evaluate(() => {
    globalThis.element.count = 7;
  });
  await tab.until(shows, 'sub of middle base mixed 7', 'x-sub');
  await project.write('base.js', files['base.js'].replace("'base'", "'new base'"));
  await tab.until(shows, 'sub of middle new base mixed 7', 'x-sub');
  await tab.until(shows, 'new base mixed 0', 'x-middle');
  await project.write('mixin.js', files['mixin.js'].replace("'mixed'", "'remixed'"));
  await tab.until(shows, 'sub of middle new base remixed 7', 'x-sub');
  // It accepts itself, but what extends it took its statics when it ran.
  await project.write('x-middle.js', files['x-middle.js'].replace("'middle'", "'centre'"));
  await tab.until(shows, 'sub of centre new base remixed 7', 'x-sub');
  t.true(await tab.evaluate(isKept, 'x-sub'));
  const isInstance = () => globalThis.element instanceof customElements.get('x-middle');
  t.true(await tab.evaluate(isInstance));
  wasHot(t, tab);
});

const DECORATED = `import { LitElement, html } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
@customElement('x-deco')
export class XDeco extends LitElement {
  @property() FIELD label = 'none';
  @state() FIELD count = 0;
  private extra = { made: 1 };
  #hidden = 0;
  override render() { return html\`\${this.label} \${this.count}\`; }
}
`;

for (const [name, field, compilerOptions] of [
  ['of the language', 'accessor', {}],
  ["of TypeScript's own", '', { experimentalDecorators: true, useDefineForClassFields: false }],
]) {
  test(`decorators ${name}`, async (t) => {
    const source = DECORATED.replaceAll('FIELD', field);
    const { project, tab } = await startElements(t, '<x-deco></x-deco>', {
      'tsconfig.json': JSON.stringify({ compilerOptions }),
      'main.js': "import './x-deco.ts';",
      'x-deco.ts': source,
    });
    await tab.until(shows, 'none 0', 'x-deco');
    await keep(tab, 'x-deco');
    await tab.evaluate(() => Object.assign(globalThis.element, { label: 'set', count: 3 }));
    await tab.until(shows, 'set 3', 'x-deco');
    const added = `@property({ reflect: true }) ${field} mood = 'glad';\n  private extra`;
    const more = source
      .replace('private extra', added)
      .replace('{this.count}', () => `{this.count} \${this.mood}`);
    await project.write('x-deco.ts', more);
    await tab.until(shows, 'set 3 glad', 'x-deco');
    await tab.until(() => globalThis.element.getAttribute('mood'), 'glad');
    await tab.evaluate(() => {
      globalThis.element.mood = 'sad';
      globalThis.element.count += 1;
    });
    await tab.until(shows, 'set 4 sad', 'x-deco');
    // A default that did not change is the new one.
    await project.write('x-deco.ts', more.replace("'none'", "'some'"));
    const other = () => {
      const next = document.createElement('x-deco');
      return [globalThis.element.label, next.label];
    };
    await tab.until(other, ['set', 'some']);
    t.true(await tab.evaluate(isKept, 'x-deco'));
    wasHot(t, tab);
  });
}

test('controllers and context', async (t) => {
  const files = {
    'main.js': "import './x-user.js';",
    'clock.js': `export class Clock {
  ticks = 0;
  constructor(host) { this.host = host; host.addController(this); }
  hostConnected() { globalThis.clocks = (globalThis.clocks ?? 0) + 1; }
  hostDisconnected() { globalThis.clocks -= 1; }
  tick() { this.ticks += 1; this.host.requestUpdate(); }
  text() { return 'ticks ' + this.ticks; }
}
`,
    'x-user.js': `import { html, LitElement } from 'lit';
import { ContextConsumer, ContextProvider, createContext } from '@lit/context';
import { Clock } from './clock.js';
const context = createContext(Symbol.for('test'));
class XGiver extends LitElement {
  provider = new ContextProvider(this, { context, initialValue: 'given' });
  render() { return html\`<slot></slot>\`; }
}
customElements.define('x-giver', XGiver);
class XUser extends LitElement {
  #clock = new Clock(this);
  consumer = new ContextConsumer(this, { context, subscribe: true });
  get clock() { return this.#clock; }
  render() { return html\`\${this.#clock.text()} \${this.consumer.value}\`; }
}
customElements.define('x-user', XUser);
`,
  };
  const { project, tab } = await startElements(t, '<x-giver><x-user></x-user></x-giver>', files);
  await tab.until(shows, 'ticks 0 given', 'x-user');
  await keep(tab, 'x-user');
  await tab.evaluate(() => {
    globalThis.element.clock.tick();
    document.querySelector('x-giver').provider.setValue('changed');
  });
  await tab.until(shows, 'ticks 1 changed', 'x-user');
  await project.write('clock.js', files['clock.js'].replace("'ticks '", "'clock '"));
  await tab.until(shows, 'clock 1 changed', 'x-user');
  await tab.evaluate(() => {
    globalThis.element.clock.tick();
    document.querySelector('x-giver').provider.setValue('again');
  });
  await tab.until(shows, 'clock 2 again', 'x-user');
  t.is(await tab.evaluate(() => globalThis.clocks), 1);
  wasHot(t, tab);
});

test('FAST', async (t) => {
  const source =
    `import { attr, css, FASTElement, html, observable } from '@microsoft/fast-element';
class XFast extends FASTElement {
  add() { this.count += 1; }
}
attr(XFast.prototype, 'label');
observable(XFast.prototype, 'count');
XFast.prototype.count = 0;
XFast.define({
  name: 'x-fast',
  template: html\`<p @click=\${(x) => x.add()}>\${(x) => x.label} \${(x) => x.count}</p><input>\`,
  styles: css\`p { color: rgb(1, 1, 1) }\`,
});
`
      .replace('XFast.prototype.count = 0;\n', '')
      .replace('add() {', 'constructor() { super(); this.count = 0; }\n  add() {');
  const { project, tab } = await startElements(t, '<x-fast label="a"></x-fast>', {
    'main.js': "import './x-fast.js';",
    'x-fast.js': source,
  });
  await tab.until(shows, 'a 0', 'x-fast');
  await keep(tab, 'x-fast');
  await tab.evaluate(() => {
    const root = globalThis.element.shadowRoot;
    root.querySelector('p').click();
    root.querySelector('input').value = 'typed';
    globalThis.element.label = 'b';
  });
  await tab.until(shows, 'b 1', 'x-fast');
  await project.write(
    'x-fast.js',
    source.replace('<p ', 'fast <p ').replace('+= 1', '+= 10').replace('1, 1, 1', '2, 2, 2'),
  );
  await tab.until(() => document.querySelector('x-fast').shadowRoot.textContent, 'fast b 1');
  t.deepEqual(
    await tab.evaluate(async () => {
      const { element } = globalThis;
      const root = element.shadowRoot;
      root.querySelector('p').click();
      return [
        element.count,
        element === document.querySelector('x-fast'),
        getComputedStyle(root.querySelector('p')).color,
        root.querySelector('input').value,
      ];
    }),
    [11, true, 'rgb(2, 2, 2)', 'typed'],
  );
  wasHot(t, tab);
});

test('FAST: lists and conditions, in many updates, also of elements that were moved', async (t) => {
  const source = `import { FASTElement, html, observable, repeat, when } from '@microsoft/fast-element';
class XFast extends FASTElement {
  constructor() { super(); this.items = ['a', 'b']; this.count = 0; }
  add() { this.count += 1; this.items.push(this.count); }
}
observable(XFast.prototype, 'items');
observable(XFast.prototype, 'count');
XFast.define({
  name: 'x-fast',
  template: html\`<p @click=\${(x) => x.add()}>first</p>\${repeat((x) => x.items, html\`<i>\${(x) => x}</i>\`)}\${when((x) => x.count > 0, html\`<b>\${(x) => x.count}</b>\`)}\`,
});
`;
  const { project, tab } = await startElements(t, '<div></div><x-fast></x-fast>', {
    'main.js': "import './x-fast.js';",
    'x-fast.js': source,
  });
  const shown = () => document.querySelector('x-fast').shadowRoot.textContent;
  const add = () => document.querySelector('x-fast').shadowRoot.querySelector('p').click();
  await tab.until(shown, 'firstab');
  let items = 'ab';
  for (const count of [1, 2, 3, 4]) {
    items += count;
    await tab.evaluate(add);
    if (count === 2) {
      await tab.evaluate(() =>
        document.querySelector('div').append(document.querySelector('x-fast')),
      );
    }
    await project.write('x-fast.js', source.replace('first', `edit ${count} `));
    await tab.until(shown, `edit ${count} ${items}${count}`);
  }
  await tab.evaluate(add);
  await tab.until(shown, `edit 4 ${items}55`);
  wasHot(t, tab);
});

test('haunted', async (t) => {
  const source = `import { component, html, useState } from 'haunted';
function Counter({ label }) {
  const [count, setCount] = useState(0);
  return html\`<p @click=\${() => setCount(count + 1)}>\${label} \${count}</p>\`;
}
Counter.observedAttributes = ['label'];
customElements.define('x-hooks', component(Counter));
`;
  const { project, tab } = await startElements(t, '<x-hooks label="a"></x-hooks>', {
    'main.js': "import './x-hooks.js';",
    'x-hooks.js': source,
  });
  await tab.until(shows, 'a 0', 'x-hooks');
  await keep(tab, 'x-hooks');
  await tab.evaluate(() => globalThis.element.shadowRoot.querySelector('p').click());
  await tab.until(shows, 'a 1', 'x-hooks');
  await project.write('x-hooks.js', source.replace('<p ', 'hooks <p ').replace('+ 1', '+ 10'));
  await tab.until(shows, 'hooks a 1', 'x-hooks');
  await tab.evaluate(() => globalThis.element.shadowRoot.querySelector('p').click());
  await tab.until(shows, 'hooks a 11', 'x-hooks');
  t.true(await tab.evaluate(isKept, 'x-hooks'));
  wasHot(t, tab);
});

test('the example', async (t) => {
  const { project, tab, program } = await startExample(t, 'lit', ['lit']);
  const state = () => {
    const { shadowRoot } = document.querySelector('notes-app');
    const item = shadowRoot.querySelector('note-item');
    const button = item.shadowRoot.querySelector('button');
    return [
      shadowRoot.querySelector('h1').textContent,
      button.textContent,
      button.ariaPressed,
      getComputedStyle(item).color,
      shadowRoot.querySelector('input').value,
    ];
  };
  await tab.until(state, ['Notes', 'Edit src/note-item.ts', 'false', 'rgb(20, 20, 20)', '']);
  await tab.page.locator('note-item button').click();
  await tab.page.locator('input').fill('typed');
  const edit = async (file, from, to) => {
    const source = readFileSync(project.path(file), 'utf8');
    t.true(source.includes(from));
    await project.write(
      file,
      source.replace(from, () => to),
    );
  };
  await edit('src/note-item.ts', 'this.text}<', 'this.text}!<');
  await tab.until(state, ['Notes', 'Edit src/note-item.ts!', 'true', 'rgb(20, 20, 20)', 'typed']);
  await edit('src/theme.ts', '20, 20, 20', '40, 40, 40');
  await tab.until(state, ['Notes', 'Edit src/note-item.ts!', 'true', 'rgb(40, 40, 40)', 'typed']);
  await edit('src/notes-app.ts', '<h1>Notes', '<h1>My notes');
  await tab.until(state, [
    'My notes',
    'Edit src/note-item.ts!',
    'true',
    'rgb(40, 40, 40)',
    'typed',
  ]);
  await edit('src/notes-app.ts', 'html, LitElement }', 'html, LitElement ');
  await program.said('src/notes-app.ts:1');
  await edit('src/notes-app.ts', 'html, LitElement ', 'html, LitElement }');
  await edit('src/notes-app.ts', '>My notes', '>Notes');
  await tab.until(state, ['Notes', 'Edit src/note-item.ts!', 'true', 'rgb(40, 40, 40)', 'typed']);
  wasHot(t, tab);
});
