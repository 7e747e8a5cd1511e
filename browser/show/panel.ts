/**
 * How the overlay looks: a panel at the lower edge of the window, in a shadow root of its own. It covers, and
 * moves nothing; the page stays usable. All that it shows is text, never markup.
 */
import type { Problem, ProblemPlace } from '../../runtime/tell/problems.js';
import { copyText } from './copy.js';
import { paint } from './paint.js';

const NAME = 'hotgraph-overlay';

/** Problems that are shown whole; of more only the number is told. */
const MOST = 20;

/** What the panel looks like. `!important` in `:host` wins over the page's own rules for all elements. */
const STYLE = `
:host {
  all: initial !important;
  position: fixed !important;
  inset: auto 0 0 0 !important;
  z-index: 2147483647 !important;
  display: block !important;
  box-sizing: border-box !important;
  width: auto !important;
  max-width: 64rem !important;
  margin: 0 auto !important;
  padding: 0 16px 16px !important;
  pointer-events: none !important;
  color-scheme: light dark !important;
  --back: #ffffff;
  --code: #f6f6f4;
  --ink: #1c2024;
  --quiet: #5c646c;
  --line: #d9dbd8;
  --error: #b3261e;
  --mark: #fbe9e7;
  --focus: #0b57d0;
  --keyword: #7a2f9e;
  --string: #1a6330;
  --number: #8a4600;
  --shadow: 0 1px 2px rgb(0 0 0 / 0.1), 0 12px 40px rgb(0 0 0 / 0.22);
}
@media (prefers-color-scheme: dark) {
  :host {
    --back: #1b1e21;
    --code: #131517;
    --ink: #e7e9ea;
    --quiet: #a2aab1;
    --line: #373d43;
    --error: #ff9d92;
    --mark: #43241f;
    --focus: #8ab4f8;
    --keyword: #d7a8f0;
    --string: #9ed8a6;
    --number: #f2bd83;
    --shadow: 0 1px 2px rgb(0 0 0 / 0.5), 0 12px 40px rgb(0 0 0 / 0.6);
  }
}
@media print {
  :host { display: none !important; }
}
* { box-sizing: border-box; }
section {
  display: flex;
  flex-direction: column;
  max-height: min(60vh, 40rem);
  border: 1px solid var(--line);
  border-radius: 10px;
  overflow: hidden;
  background: var(--back);
  box-shadow: inset 0 3px var(--error), var(--shadow);
  color: var(--ink);
  font: 14px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif;
  pointer-events: auto;
  cursor: auto;
  user-select: text;
  -webkit-user-select: text;
}
header {
  display: flex;
  align-items: center;
  gap: 16px;
  padding: 13px 12px 10px 20px;
  border-bottom: 1px solid var(--line);
}
[role="alert"] { flex: 1; }
h2 { margin: 0; font-size: 14px; font-weight: 600; }
h2 span { margin-left: 8px; color: var(--quiet); font-weight: 400; }
button {
  padding: 5px 12px;
  border: 1px solid var(--line);
  border-radius: 6px;
  background: transparent;
  color: inherit;
  font: inherit;
  cursor: pointer;
}
button:hover { background: var(--code); }
kbd { margin-left: 6px; color: var(--quiet); font: inherit; font-size: 12px; }
:focus-visible { outline: 2px solid var(--focus); outline-offset: 2px; }
ul {
  margin: 0;
  padding: 0;
  list-style: none;
  overflow: auto;
  overscroll-behavior: contain;
}
ul:focus-visible, pre:focus-visible { outline-offset: -2px; }
li { padding: 16px 20px 18px; }
li + li { border-top: 1px solid var(--line); }
li > * { margin: 0; }
li > * + * { margin-top: 8px; }
h3 { margin: 0; color: var(--error); font-size: 13px; font-weight: 600; }
code, pre { font: 13px/1.6 ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; }
.head { display: flex; align-items: baseline; justify-content: space-between; gap: 16px; }
.head + * { margin-top: 0; }
.copy { padding: 1px 8px; border-color: transparent; color: var(--quiet); font-size: 12px; }
.copy:hover, .copy:focus-visible { border-color: var(--line); color: var(--ink); }
.place { display: block; width: fit-content; margin-top: 2px; color: var(--quiet); overflow-wrap: anywhere; }
.place b { color: var(--ink); font-weight: 600; }
.place[role] { border-radius: 3px; cursor: pointer; }
.place[role] b { text-decoration: underline dotted 1px; text-underline-offset: 3px; }
.place[role]:hover b { color: var(--focus); text-decoration-style: solid; }
.message { font-size: 15px; white-space: pre-wrap; overflow-wrap: anywhere; }
pre {
  padding: 10px 0;
  border: 1px solid var(--line);
  border-radius: 6px;
  overflow: auto;
  background: var(--code);
  tab-size: 4;
}
.frame span { display: block; width: max-content; min-width: 100%; padding: 0 14px; }
.frame .marked { background: var(--mark); }
.frame .pointer { color: var(--error); font-weight: 700; }
.frame .keyword, .frame .string, .frame .number, .frame .comment { display: inline; padding: 0; }
.frame .keyword { color: var(--keyword); }
.frame .string { color: var(--string); }
.frame .number { color: var(--number); }
.frame .comment { color: var(--quiet); font-style: italic; }
.frame .gutter { display: inline; padding: 0; color: var(--quiet); font-weight: 400; }
.stack { max-height: 9.5em; padding: 10px 14px; color: var(--quiet); font-size: 12px; }
.chain, .remedy, .more { color: var(--quiet); overflow-wrap: anywhere; }
.chain code { color: var(--ink); }
.remedy { color: var(--ink); }
@media (forced-colors: active) {
  .frame .marked { border-left: 3px solid; }
}
@media (max-width: 40rem) {
  :host { padding: 0 8px 8px !important; }
  h2 span { display: none; }
}
`;

/** Milliseconds that a button says what it did. */
const SAID = 1500;

/** Pixels that the pointer moves at least when text is selected. */
const DRAG = 5;

/** What people can do with a panel. */
export interface PanelPorts {
  /** Somebody has seen enough. */
  dismiss(): void;
  /** Somebody wants to see a place in the editor. */
  open(place: ProblemPlace): void;
}

/** The panel of a page. While it is hidden, the document has nothing of it. */
export class Panel {
  readonly #document: Document;
  readonly #ports: PanelPorts;
  readonly #escape = ({ key, isComposing }: KeyboardEvent) => {
    if (key === 'Escape' && !isComposing) this.#ports.dismiss();
  };
  /** The element that had the focus before the panel, and gets it back. */
  #focused: HTMLElement | undefined;
  #built: { host: HTMLElement; heading: HTMLElement; list: HTMLElement } | undefined;
  #guard: MutationObserver | undefined;

  constructor(document: Document, ports: PanelPorts) {
    this.#document = document;
    this.#ports = ports;
  }

  /** Shows these problems, in place of those that it shows. The focus stays where it is. */
  show(problems: readonly Problem[]): void {
    this.#built ??= this.#build();
    const { host, heading, list } = this.#built;
    const isOne = problems.length === 1;
    const count = isOne ? '1 problem' : `${problems.length} problems`;
    const hint = this.#element('span', '', `Goes away when ${isOne ? 'it is' : 'all are'} fixed.`);
    if (!this.#guard) this.#attach(host);
    heading.replaceChildren(count, hint);
    const items = problems.slice(0, MOST).map((problem) => this.#item(problem));
    if (problems.length > MOST) {
      items.push(this.#element('li', 'more', `and ${problems.length - MOST} more`));
    }
    list.replaceChildren(...items);
  }

  /** Shows nothing any more. */
  hide(): void {
    this.#guard?.disconnect();
    this.#guard = undefined;
    const document = this.#document;
    document.defaultView?.removeEventListener('keydown', this.#escape, true);
    const host = this.#built?.host;
    const hadFocus = document.activeElement === host;
    host?.remove();
    if (hadFocus) this.#focused?.focus({ preventScroll: true });
    this.#focused = undefined;
  }

  #attach(host: HTMLElement): void {
    const document = this.#document;
    const put = () => {
      if (host.isConnected) return;
      // Not into the body, which the page may replace.
      document.documentElement?.append(host);
      // Above all that the page shows, dialogs too.
      if (host.isConnected && 'showPopover' in host) host.showPopover();
    };
    put();
    this.#guard = new MutationObserver(() => {
      const root = document.documentElement;
      put();
      if (root) this.#guard?.observe(root, { childList: true });
    });
    this.#guard.observe(document, { childList: true });
    if (document.documentElement) {
      this.#guard.observe(document.documentElement, { childList: true });
    }
    // Before the page's own listeners, which may keep keys from the others.
    document.defaultView?.addEventListener('keydown', this.#escape, true);
  }

  #build() {
    const host = this.#document.createElement(NAME);
    host.setAttribute('popover', 'manual');
    const root = host.attachShadow({ mode: 'open' });
    // Made by script, which content security policies allow where they forbid styles in the page.
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    root.adoptedStyleSheets = [sheet];

    const section = this.#element('section');
    section.setAttribute('aria-label', 'Problems of hot updates');
    const heading = this.#element('h2');
    const announcement = this.#element('div');
    announcement.setAttribute('role', 'alert');
    announcement.append(heading);
    const button = this.#button('dismiss', 'Dismiss');
    button.append(this.#element('kbd', '', 'Esc'));
    button.setAttribute('aria-keyshortcuts', 'Escape');
    button.addEventListener('click', () => this.#ports.dismiss());
    const header = this.#element('header');
    header.append(announcement, button);
    const list = this.#element('ul');
    list.tabIndex = 0;
    list.setAttribute('aria-label', 'Problems');
    section.append(header, list);
    root.append(section);
    host.addEventListener('focusin', ({ relatedTarget }) => {
      if (relatedTarget instanceof HTMLElement) this.#focused = relatedTarget;
    });
    return { host, heading, list };
  }

  #item(problem: Problem): HTMLElement {
    const { title, message, place, frame, stack, chain, remedy } = problem;
    const item = this.#element('li');
    const head = this.#element('div', 'head');
    head.append(this.#element('h3', '', title), this.#copyButton(problem));
    item.append(head);
    if (place) item.append(this.#place(place));
    item.append(this.#element('p', 'message', message));
    if (frame) item.append(this.#frame(frame));
    if (remedy) item.append(this.#element('p', 'remedy', remedy));
    if (chain.length > 0) item.append(this.#chain(chain));
    if (stack) item.append(this.#scrollable('stack', 'Calls', stack));
    return item;
  }

  /** The file's name stands out from its folder. A place that an editor can open is a link. */
  #place(place: ProblemPlace): HTMLElement {
    const { file, isFile } = place;
    const nameAt = file.search(/[^/\\]*$/);
    const element = this.#element('code', 'place', file.slice(0, nameAt));
    element.append(this.#element('b', '', placeText(place).slice(nameAt)));
    if (isFile) this.#makeLink(element, () => this.#ports.open(place));
    return element;
  }

  /** A link that is text: the text of buttons cannot be selected. */
  #makeLink(element: HTMLElement, follow: () => void): void {
    element.setAttribute('role', 'link');
    element.tabIndex = 0;
    element.title = 'Open in the editor';
    let from = { x: 0, y: 0 };
    element.addEventListener('pointerdown', ({ x, y }) => {
      from = { x, y };
    });
    element.addEventListener('click', ({ x, y }) => {
      // A reader who selects the text wants to have it.
      if (Math.abs(x - from.x) + Math.abs(y - from.y) < DRAG) follow();
    });
    element.addEventListener('keydown', ({ key }) => {
      if (key === 'Enter') follow();
    });
  }

  #copyButton(problem: Problem): HTMLElement {
    const button = this.#button('copy', 'Copy');
    button.setAttribute('aria-label', 'Copy this problem as text');
    button.addEventListener('click', async () => {
      const isDone = await copyText(this.#document, problemText(problem));
      button.textContent = isDone ? 'Copied' : 'Not copied';
      setTimeout(() => {
        button.textContent = 'Copy';
      }, SAID);
    });
    return button;
  }

  #frame(frame: string): HTMLElement {
    const lines = frame.split('\n');
    const elements = lines.map((line, index) => {
      const kind = /^> /.test(line)
        ? 'marked'
        : /^> /.test(lines[index - 1] ?? '')
          ? 'pointer'
          : '';
      const [gutter = ''] = /^[> ]\s*\d*\s*\| ?/.exec(line) ?? [];
      const element = this.#element('span', kind);
      const code = line.slice(gutter.length);
      element.append(this.#element('span', 'gutter', gutter));
      const parts = kind === 'pointer' ? [{ kind: '', text: code }] : paint(code);
      for (const part of parts) {
        element.append(part.kind ? this.#element('span', part.kind, part.text) : part.text);
      }
      element.append('\n');
      return element;
    });
    const code = this.#scrollable('frame', 'Code');
    code.append(...elements);
    return code;
  }

  #chain(chain: readonly string[]): HTMLElement {
    const element = this.#element('p', 'chain', 'The way of the update: ');
    for (const [index, url] of chain.entries()) {
      element.append(index === 0 ? '' : ' → ', this.#element('code', '', url));
    }
    return element;
  }

  /** Long lines are scrolled, by keys too. */
  #scrollable(className: string, label: string, text = ''): HTMLElement {
    const element = this.#element('pre', className, text);
    element.tabIndex = 0;
    element.setAttribute('role', 'region');
    element.setAttribute('aria-label', label);
    return element;
  }

  #button(className: string, text: string): HTMLElement {
    const button = this.#element('button', className, text);
    button.setAttribute('type', 'button');
    return button;
  }

  #element(name: string, className = '', text = ''): HTMLElement {
    const element = this.#document.createElement(name);
    if (className) element.className = className;
    if (text) element.textContent = text;
    return element;
  }
}

function placeText({ file, line, column }: ProblemPlace): string {
  return [file, line, column].filter((part) => part !== null).join(':');
}

/** A problem as it is pasted elsewhere. */
function problemText({ title, message, place, frame, stack, chain, remedy }: Problem): string {
  const way = chain.length > 0 ? `The way of the update: ${chain.join(' → ')}` : null;
  const parts = [title, place && placeText(place), message, frame, remedy, way, stack];
  return parts.filter(Boolean).join('\n');
}
