/**
 * The world of a soak: a random app on disk, the server that serves it, and the tabs that show it. What happens to it is
 * noted, to be told when something goes wrong.
 */

import { mkdirSync, renameSync } from 'node:fs';
import { open as openFile } from 'node:fs/promises';
import { openTab } from '../helpers/browser.js';
import { Project } from '../helpers/project.js';
import { serve } from '../helpers/server.js';
import { randomApp, sourceOf } from './app.js';
import { reached } from './model.js';
import { Random } from './random.js';

/** Waits in the middle of what happens: how long is part of the history. */
export const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** What is late of a tab that was opened just now. */
const NOTHING_LATE = { loads: 0, may: new Map() };

/** One world. */
export class World {
  /** Makes the app and all that happens to it. */
  random;
  /** Whether one thing changes at a time. */
  calm;
  /** Whether scripts import each other in cycles. */
  cycles;
  app;
  project;
  server;
  /**
   * `known` is what a tab ran since it was loaded. What it no longer imports may run once more.
   *
   * @type {{ tab: import('../helpers/browser.js').Tab, file: string, loads: number, known: Set<string>,
   *   late: { loads: number, may: Map<string, number> }, said?: object[] }[]}
   */
  tabs = [];
  history = [];
  /** Steps so far. */
  done = 0;
  /** What happened so far. */
  summary = {
    seed: 0,
    steps: 0,
    episodes: {},
    saves: { written: 0, atomic: 0, torn: 0 },
    reloads: { due: 0, made: 0, reported: {} },
    evaluations: 0,
    /** Of these, those that were not due. */
    again: 0,
    updates: 0,
    samples: [],
    seconds: 0,
  };
  /** No edit has the number of another, not even of one that was broken. */
  edits = new Map();

  /** @param {{ seed: number, calm: boolean, cycles: boolean }} options */
  constructor({ seed, calm, cycles }) {
    this.random = new Random(seed);
    this.calm = calm;
    this.cycles = cycles;
    this.summary.seed = seed;
    this.app = randomApp(this.random, { cycles });
    const files = [...this.app].map(([name, module]) => [name, sourceOf(module)]);
    this.project = new Project(Object.fromEntries(files));
  }

  /** Closes the tabs, stops the server and removes the files. */
  async dispose() {
    for (const { tab } of this.tabs) await tab.close().catch(() => {});
    await this.server?.stop();
    this.project.dispose();
  }

  async serve(port) {
    const hmr = { cacheDir: this.project.path('cache') };
    this.server = await serve(this.project.folder, { config: { port }, hmr });
  }

  async open(file) {
    const tab = await openTab(this.server.url(`/${file}`));
    return { tab, file, loads: 1, late: NOTHING_LATE, known: reached(this.app, file) };
  }

  /**
   * Any module, most often one that a tab shows.
   *
   * @param {(module: any) => boolean} [filter]
   */
  any(filter = () => true) {
    const seen = new Set(this.tabs.flatMap(({ file }) => [...reached(this.app, file)]));
    const all = [...this.app.values()].filter((module) => module.kind !== 'page' && filter(module));
    const shown = all.filter(({ name, kind }) => seen.has(name) || kind === 'style');
    return this.random.pick(shown.length > 0 && this.random.chance(0.9) ? shown : all);
  }

  isSeen(name) {
    return this.tabs.some(({ file }) => reached(this.app, file).has(name));
  }

  edited(module, changes = {}) {
    const edited = { ...module, ...changes, edit: this.nextEdit(module.name) };
    this.app = new Map(this.app).set(module.name, edited);
    return edited;
  }

  nextEdit(name) {
    const edit = (this.edits.get(name) ?? 1) + 1;
    this.edits.set(name, edit);
    return edit;
  }

  async save(module) {
    const { name } = module;
    const text = sourceOf(module);
    const way = this.random.weighted({ written: 5, atomic: 4, torn: 1 });
    this.summary.saves[way] += 1;
    this.step(`${way} ${describe(module)}`);
    if (way === 'written') return this.project.write(name, text);
    if (way === 'atomic') return this.project.writeAtomically(name, text);
    const cut = this.random.between(0, text.length);
    const wait = this.random.between(0, 40);
    const file = await openFile(this.project.path(name), 'w');
    await file.write(text.slice(0, cut));
    await pause(wait);
    await file.write(text.slice(cut));
    await file.close();
  }

  /** Pages that lost their connection try again at once, as they do when a tab comes to the front. */
  async hurry() {
    const online = () => dispatchEvent(new Event('online'));
    for (const { tab } of this.tabs) await tab.evaluate(online).catch(() => {});
  }

  flood(count) {
    const foreign = this.project.path('deep/foreign');
    mkdirSync(foreign, { recursive: true });
    for (let index = 0; index < count; index += 1) {
      const [from, to] = index % 2 === 0 ? [foreign, `${foreign}-b`] : [`${foreign}-b`, foreign];
      renameSync(from, to);
    }
  }

  note(text) {
    this.history.push(text);
  }

  step(text) {
    this.done += 1;
    this.note(`${this.done}: ${text}`);
  }
}

/** A module in one line. */
export function describe({ name, edit, imports, acceptance, accepts, fault }) {
  const list = imports.map(({ to, dynamic }) => {
    const way = accepts[to] ? ` (${accepts[to]})` : '';
    return `${dynamic ? 'import()' : ''}${to}${way}`;
  });
  const facts = [
    acceptance === 'none' ? '' : acceptance,
    fault ?? '',
    list.length > 0 ? `<- ${list.join(', ')}` : '',
  ];
  return [`${name} ${edit}`, ...facts.filter(Boolean)].join(' ');
}
