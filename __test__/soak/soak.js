/**
 * Random apps under random histories of saves and faults, in real tabs on the real server. After each episode, every
 * tab has to show what the model says, with the reloads that were due and no other.
 *
 * The same seed makes the same history. What is not the same is how its steps meet the server's and the pages' work.
 */

import { mkdirSync, renameSync } from 'node:fs';
import { open as openFile, rename } from 'node:fs/promises';
import { openTab, waitFor } from '../helpers/browser.js';
import { getFreePort } from '../helpers/port.js';
import { Project } from '../helpers/project.js';
import { serve } from '../helpers/server.js';
import { importable, PAGES, randomApp, randomScript, sourceOf } from './app.js';
import { measure } from './measure.js';
import { closure, effect, expected, kept, reached } from './model.js';
import { Random } from './random.js';

/** The pages of the tabs. */
const TABS = ['index.html', 'index.html', 'other.html'];

/** Milliseconds that a tab may take to show what it has to. */
const PATIENCE = 30_000;

/** How often each kind of episode comes. */
const EPISODES = {
  edit: 40,
  burst: 10,
  storm: 6,
  reshape: 12,
  untouched: 3,
  syntaxError: 6,
  throwing: 5,
  deletion: 4,
  renaming: 3,
  folderRenaming: 1,
  dropped: 3,
  flood: 0.5,
  page: 0.7,
  userReload: 1.5,
  reopening: 0.5,
  restart: 1,
};

/** Those that change one thing at a time. */
const CALM = [
  'edit',
  'reshape',
  'untouched',
  'syntaxError',
  'deletion',
  'renaming',
  'folderRenaming',
  'flood',
  'page',
  'reopening',
  'restart',
];

const NOTHING_LATE = { loads: 0, may: new Map() };

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** What went wrong, with what led to it. */
export class SoakFailure extends Error {}

/** One run. */
export class Soak {
  #random;
  #steps;
  #sampleEvery;
  #minutes;
  #calm;
  #cycles;
  #episodes = EPISODES;
  #progress;
  #project;
  #server;
  #app;
  /**
   * `known` is what a tab ran since it was loaded. What it no longer imports may run once more.
   *
   * @type {{ tab: import('../helpers/browser.js').Tab, file: string, loads: number, known: Set<string>,
   *   late: { loads: number, may: Map<string, number> }, said?: object[] }[]}
   */
  #tabs = [];
  #history = [];
  /** The events of the episode before. */
  #past = [];
  #due;
  /** What somebody ever ran or showed: the server follows its file. */
  #followed = new Set();
  /** How many events the server had told of each file that the episode changes. */
  #changed = new Map();
  /** The newest version that the server told of. */
  #version = 0;
  #done = 0;
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

  /**
   * @param {{ seed: number, steps: number, restartReloads?: boolean, sampleEvery?: number,
   *   minutes?: number, calm?: boolean, cycles?: boolean, progress?: (text: string) => void }} options `calm`: one
   *   change at a time only. `cycles`: whether scripts import each other in cycles. `restartReloads`: whether a page
   *   that was served by another run of the server reloads.
   */
  constructor({
    seed,
    steps,
    restartReloads = false,
    sampleEvery = Infinity,
    minutes = Infinity,
    calm = false,
    cycles = true,
    progress = () => {},
  }) {
    this.#random = new Random(seed);
    this.#steps = steps;
    this.#sampleEvery = sampleEvery;
    this.#minutes = minutes;
    this.#calm = calm;
    this.#cycles = cycles;
    if (calm) this.#episodes = Object.fromEntries(CALM.map((kind) => [kind, EPISODES[kind]]));
    this.#progress = progress;
    this.restartReloads = restartReloads;
    this.summary.seed = seed;
  }

  /** Runs all steps. Rejects with a {@link SoakFailure} at the first thing that is not as it has to be. */
  async run() {
    const started = Date.now();
    this.#app = randomApp(this.#random, { cycles: this.#cycles });
    const files = [...this.#app].map(([name, module]) => [name, sourceOf(module)]);
    this.#project = new Project(Object.fromEntries(files));
    try {
      await this.#serve(await getFreePort());
      for (const file of TABS) this.#tabs.push(await this.#open(file));
      await this.#episode('start', async () => {
        for (const index of TABS.keys()) this.#expectFirstLoad(index);
      });
      const end = started + this.#minutes * 60_000;
      while (this.#done < this.#steps && Date.now() < end) {
        const kind = this.#random.weighted(this.#episodes);
        await this.#episode(kind, () => this[`_${kind}`]());
        await this.#sample();
      }
    } finally {
      for (const { tab } of this.#tabs) await tab.close().catch(() => {});
      await this.#server?.stop();
      this.#project.dispose();
      this.summary.steps = this.#done;
      this.summary.seconds = Math.round((Date.now() - started) / 1000);
    }
    return this.summary;
  }

  // -- an episode and what must come of it ---------------------------------------------------------------

  /** Makes an episode happen and waits until all tabs show what it left on the disk. */
  async #episode(kind, happen) {
    this.#due = this.#tabs.map(({ late }) => {
      const may = new Map([...late.may].map(([name, most]) => [name, { least: 0, most }]));
      // A page that reloads late may load what is saved just now before it is told of that.
      const mayLoad = late.loads > 0;
      return { least: 0, most: late.loads, may, isExact: true, mayLoad, late: late.may };
    });
    this.#history = this.#history.slice(-30);
    this.#changed.clear();
    this.#note(`- ${kind}`);
    await happen();
    await this.#toldOfAll(kind);
    for (const [index, one] of this.#tabs.entries())
      await this.#settle(one, this.#due[index], kind);
    this.summary.episodes[kind] = (this.summary.episodes[kind] ?? 0) + 1;
    this.#past = this.#server.events.splice(0);
    for (const event of this.#past) {
      if (event.type === 'updated') this.summary.updates += 1;
      if (event.type === 'reloaded') {
        const { cause } = event.report;
        this.summary.reloads.reported[cause] = (this.summary.reloads.reported[cause] ?? 0) + 1;
      }
    }
    const before = Math.floor(this.#counted / 200);
    this.#counted = this.#done;
    if (Math.floor(this.#done / 200) > before) this.#progress(`${this.#done} steps`);
  }

  #counted = 0;

  /** The server tells of everything that was changed, so that no page can seem to be done before it has begun. */
  async #toldOfAll(kind) {
    const { events } = this.#server;
    for (const [name, before] of this.#changed) {
      if (!this.#followed.has(name)) continue;
      const file = this.#project.path(name);
      const isTold = () => events.slice(before).some(({ files }) => files?.includes(file));
      await waitFor(isTold, () => '', PATIENCE).catch(() =>
        this.#fail(this.#tabs[0], kind, [`the server does not tell that ${name} changed`]),
      );
    }
    const versions = events.filter(({ type }) => type === 'updated').map(({ version }) => version);
    this.#version = Math.max(this.#version, ...versions);
  }

  async #settle(one, due, kind) {
    const { tab, file } = one;
    const before = reached(this.#app, file);
    // What it shows may be right before it reloads.
    await waitFor(
      () => tab.loads - one.loads >= due.least,
      () => 'a reload did not come',
      PATIENCE,
    ).catch(() => this.#fail(one, kind, [`${tab.loads - one.loads} reloads, due ${due.least}`]));
    const { ran, problems, shown, fetched = [] } = await this.#shows(one, PATIENCE);
    if (problems) {
      const wanted = expected(this.#app, file);
      const different = Object.keys({ ...wanted, ...shown }).filter(
        (name) => wanted[name] !== shown[name],
      );
      const list = different.map((name) => `${name} is ${shown[name]}, expected ${wanted[name]}`);
      const wrong = [...list, ...problems];
      const isOfThose = ({ name }) =>
        wrong.some((text) => text.includes(new URL(name).pathname.slice(1)));
      this.#fail(one, kind, [
        ...wrong,
        ...fetched.filter(isOfThose).map(({ name, by }) => `fetched by ${by}: ${name}`),
      ]);
    }
    const made = tab.loads - one.loads;
    if (made < due.least || made > due.most) {
      this.#fail(one, kind, [`${made} reloads, due ${due.least} to ${due.most}`]);
    }
    this.summary.reloads.due += due.least;
    this.summary.reloads.made += made;
    this.summary.evaluations += ran.length;
    const wrong = made > 0 ? this.#notOnce(ran, due, before) : this.#notDue(ran, due);
    if (wrong.length > 0) this.#fail(one, kind, wrong);
    if (tab.errors.some((error) => !error.includes(' throws in edit '))) {
      this.#fail(one, kind, tab.errors);
    }
    one.loads = tab.loads;
    one.late = this.#late(ran, made, due);
    // With one change at a time nothing that shows is late, and neither are reloads.
    if (this.#calm) {
      const unseen = [...one.late.may].filter(([name]) => !before.has(name));
      one.late = { loads: 0, may: new Map(unseen) };
    }
    one.known = closure(this.#app, [...(made > 0 ? [] : one.known), ...before]);
    for (const name of [file, ...Object.keys(expected(this.#app, file))]) this.#followed.add(name);
    tab.errors.length = 0;
    one.said = tab.console.splice(0);
  }

  /** Waits until the tab shows the app as it is on the disk. */
  async #shows({ tab, file }, patience) {
    const { entry, links } = PAGES.find((page) => page.file === file);
    const versions = expected(this.#app, file);
    const { edit } = this.#app.get(file);
    const end = Date.now() + patience;
    for (;;) {
      const version = this.#version;
      const wanted = { entry, links, edit, versions, version, patience: end - Date.now() };
      // A page that is just reloading has no context to evaluate in.
      const found = await tab
        .evaluate((all) => globalThis.soak.settle(all), wanted)
        .catch((error) => ({ ran: [], problems: [error.message], shown: {} }));
      if (!found.problems || Date.now() >= end) return found;
      await pause(5);
    }
  }

  /**
   * What may come after the tab shows what it has to: of saves in quick succession the first may have brought the
   * last's code, and the others' updates are still on their way. What a page no longer imports does not show.
   */
  #late(ran, made, { may, most, late }) {
    const ranOf = (name) => ran.filter(([one]) => one === name).length;
    // What was late already came before.
    const left = [...may].map(([name, due]) => {
      const before = late.get(name) ?? 0;
      return [name, due.most - Math.max(before, ranOf(name))];
    });
    return {
      loads: Math.max(0, most - made),
      may: new Map(left.filter(([, most]) => most > 0)),
    };
  }

  /** After a reload each module ran once. */
  #notOnce(ran, due, live) {
    if (!due.isExact || due.mayLoad) return [];
    const scripts = [...live].filter((name) => this.#app.get(name).kind === 'script');
    return differences(scripts, ran);
  }

  /** Without a reload what had to run did, once for each change, and nothing else. */
  #notDue(ran, due) {
    const newest = new Map();
    const wrong = [];
    for (const [name, edit] of ran) {
      if ((newest.get(name) ?? 0) > edit) wrong.push(`${name} went back to edit ${edit}`);
      newest.set(name, edit);
    }
    const counts = new Map();
    for (const [name] of ran) counts.set(name, (counts.get(name) ?? 0) + 1);
    for (const [name, count] of counts) {
      const { most = 0 } = due.may.get(name) ?? {};
      if (count <= most) continue;
      // Where saves follow quickly, what is imported dynamically ahead of its update may run again with that.
      if (this.#calm) wrong.push(`${name} ran ${count} times, due at most ${most}`);
      else this.summary.again += count - most;
    }
    for (const [name, { least }] of due.may) {
      if ((counts.get(name) ?? 0) < least) wrong.push(`${name} did not run`);
    }
    return wrong;
  }

  /** A change of modules is about to be made: notes what it means, in the app as it runs now. */
  #expect(names, { exact = false, certain = true } = {}) {
    for (const name of names) this.#changed.set(name, this.#server.events.length);
    for (const [index, { file }] of this.#tabs.entries()) {
      const due = this.#due[index];
      const { reloads, evaluated } = effect(this.#app, file, names);
      const { known } = this.#tabs[index];
      const left = effect(this.#app, file, names, known);
      // What a page no longer imports need not reload it, and is renewed as far up as something accepts that.
      const now = reached(this.#app, file);
      const dropped = [...known].filter((name) => !now.has(name));
      const isOfDropped = dropped.some((name) => left.evaluated.has(name));
      due.isExact = exact;
      if (reloads && certain) due.least = Math.max(due.least, 1);
      if (reloads) due.most += 1;
      const may = [...evaluated, ...left.evaluated, ...(isOfDropped ? dropped : [])];
      for (const name of new Set(may)) {
        if (this.#app.get(name).kind !== 'script') continue;
        const { least = 0, most = 0 } = due.may.get(name) ?? {};
        due.may.set(name, { least: certain && evaluated.has(name) ? 1 : least, most: most + 1 });
      }
    }
  }

  /** A page loads for a reason of its own. */
  #expectLoad(due, { least = 1 } = {}) {
    due.least += least;
    due.most += 1;
    due.isExact = false;
  }

  /** A tab that was opened just now runs each module once. */
  #expectFirstLoad(index) {
    const { file } = this.#tabs[index];
    const scripts = [...reached(this.#app, file)].filter((name) => name.endsWith('.js'));
    this.#due[index].may = new Map(scripts.map((name) => [name, { least: 1, most: 1 }]));
  }

  #fail({ tab, file, said = [] }, kind, wrong) {
    const index = this.#tabs.findIndex((one) => one.tab === tab);
    const line = ({ type, text }) => `  [${type}] ${text}`;
    const event = (one) => `  ${JSON.stringify(one)}`;
    const here = [...reached(this.#app, file)];
    const others = [...this.#app.keys()].filter((name) => !here.includes(name));
    const describeAll = (names) => names.map((name) => `  ${describe(this.#app.get(name))}`);
    const lines = [
      `seed ${this.summary.seed}, step ${this.#done}, ${kind}: tab ${index} (${file})`,
      ...wrong.map((text) => `  ${text}`),
      'history:',
      ...this.#history.map((text) => `  ${text}`),
      'console, of the episode before:',
      ...said.slice(-30).map(line),
      'of this one:',
      ...tab.console.slice(-30).map(line),
      ...tab.errors.map((error) => `  uncaught: ${error}`),
      'events, of the episode before:',
      ...this.#past.slice(-60).map(event),
      'of this one:',
      ...this.#server.events.slice(-60).map(event),
      'app:',
      ...describeAll(here),
      'not of this page:',
      ...describeAll(others),
      `again: node __test__/soak/run.js --seed ${this.summary.seed} --steps ${this.#done + 1}` +
        `${this.#calm ? ' --calm' : ''}${this.#cycles ? '' : ' --acyclic'}`,
    ];
    throw new SoakFailure(lines.join('\n'));
  }

  #note(text) {
    this.#history.push(text);
  }

  #step(text) {
    this.#done += 1;
    this.#note(`${this.#done}: ${text}`);
  }

  // -- saves -----------------------------------------------------------------------------------------------

  /**
   * Any module, most often one that somebody sees.
   *
   * @param {(module: any) => boolean} [filter]
   */
  #any(filter = () => true) {
    const seen = new Set(this.#tabs.flatMap(({ file }) => [...reached(this.#app, file)]));
    const all = [...this.#app.values()].filter(
      (module) => module.kind !== 'page' && filter(module),
    );
    const shown = all.filter(({ name, kind }) => seen.has(name) || kind === 'style');
    return this.#random.pick(shown.length > 0 && this.#random.chance(0.9) ? shown : all);
  }

  #isSeen(name) {
    return this.#tabs.some(({ file }) => reached(this.#app, file).has(name));
  }

  #edited(module, changes = {}) {
    const edited = { ...module, ...changes, edit: this.#nextEdit(module.name) };
    this.#app = new Map(this.#app).set(module.name, edited);
    return edited;
  }

  /** No edit has the number of another, not even of one that was broken. */
  #edits = new Map();

  #nextEdit(name) {
    const edit = (this.#edits.get(name) ?? 1) + 1;
    this.#edits.set(name, edit);
    return edit;
  }

  async #save(module) {
    const { name } = module;
    const text = sourceOf(module);
    const way = this.#random.weighted({ written: 5, atomic: 4, torn: 1 });
    this.summary.saves[way] += 1;
    this.#step(`${way} ${describe(module)}`);
    if (way === 'written') return this.#project.write(name, text);
    if (way === 'atomic') return this.#project.writeAtomically(name, text);
    const cut = this.#random.between(0, text.length);
    const wait = this.#random.between(0, 40);
    const file = await openFile(this.#project.path(name), 'w');
    await file.write(text.slice(0, cut));
    await pause(wait);
    await file.write(text.slice(cut));
    await file.close();
  }

  // -- episodes --------------------------------------------------------------------------------------------

  async _edit() {
    const module = this.#any();
    this.#expect([module.name], { exact: true });
    await this.#save(this.#edited(module));
  }

  async _burst() {
    const { name } = this.#any();
    const count = this.#random.between(2, 6);
    for (let index = 0; index < count; index += 1) {
      // Any may be overtaken by the next, except for the last.
      this.#expect([name], { certain: true });
      await this.#save(this.#edited(this.#app.get(name)));
      if (this.#random.chance(0.5)) await pause(this.#random.between(0, 60));
    }
  }

  async _storm() {
    const all = [...this.#app.values()].filter(({ kind }) => kind !== 'page');
    const modules = this.#random.sample(all, this.#random.between(3, 14));
    for (const { name } of modules) this.#expect([name]);
    await Promise.all(modules.map((module) => this.#save(this.#edited(module))));
  }

  /** A save that changes what a module imports and accepts. */
  async _reshape() {
    const module = this.#any(({ kind }) => kind === 'script');
    this.#expect([module.name], { exact: true });
    const names = [...this.#app.values()]
      .filter(({ kind }) => kind === 'script')
      .map(({ name }) => name);
    const { imports, acceptance, accepts, disposes } = randomScript(
      this.#random,
      module.name,
      importable(names, module.name, this.#cycles),
      0,
    );
    const before = this.#tabs.map(({ file }) => reached(this.#app, file));
    const edited = this.#edited(module, { imports, acceptance, accepts, disposes });
    this.#expectArrivals(before);
    await this.#save(edited);
  }

  /** What a page reaches that it did not before may run, and what it no longer reaches need not. */
  #expectArrivals(before) {
    for (const [index, { file }] of this.#tabs.entries()) {
      const { may } = this.#due[index];
      const now = reached(this.#app, file);
      // Also what a page no longer imports still gets its updates, and what those import.
      for (const [name, { most }] of may) if (!now.has(name)) may.set(name, { least: 0, most });
      const stays = kept(this.#app, file, before[index]);
      for (const name of closure(this.#app, this.#tabs[index].known)) {
        const isPruned = now.has(name) && !stays.has(name);
        if (!before[index].has(name) || isPruned)
          may.set(name, { least: 0, most: (may.get(name)?.most ?? 0) + 1 });
      }
    }
  }

  /** A save of the same bytes. */
  async _untouched() {
    await this.#save(this.#any());
  }

  async _syntaxError() {
    const module = this.#any(({ kind }) => kind !== 'style');
    const edit = this.#nextEdit(module.name);
    await this.#save({ ...module, edit, fault: 'syntax' });
    if (this.#isSeen(module.name) && this.#random.chance(0.6)) {
      await this.#server.event(({ type }) => type === 'diagnostics');
      await this.#allShow('a syntax error');
    }
    // Taken back, or fixed.
    if (this.#random.chance(0.3)) {
      await this.#save(module);
    } else {
      this.#expect([module.name], { exact: true });
      await this.#save(this.#edited(module));
    }
  }

  /** The tabs show what they did. */
  async #allShow(kind) {
    for (const [index, one] of this.#tabs.entries())
      await this.#settle(one, this.#due[index], kind);
  }

  async _throwing() {
    const module = this.#any(({ kind }) => kind === 'script');
    const edit = this.#nextEdit(module.name);
    this.#expect([module.name], { certain: true });
    await this.#save({ ...module, edit, fault: 'throws' });
    const evaluates = this.#due.some(({ may }) => may.size > 0);
    if (evaluates && this.#random.chance(0.7)) {
      // What is only imported dynamically fails there, and what a page no longer imports does not run.
      const outcomes = ['applied', 'acknowledged', 'failed', 'reloaded'];
      await this.#server.event(({ type }) => outcomes.includes(type));
    }
    // The modules above the one that throws have not run to their end.
    for (const due of this.#due)
      for (const [name, { most }] of due.may) due.may.set(name, { least: 0, most });
    this.#expect([module.name]);
    await this.#save(this.#edited(module));
  }

  async _deletion() {
    const module = this.#any();
    this.#step(`delete ${module.name}`);
    await this.#project.remove(module.name);
    await pause(this.#random.between(0, 150));
    if (this.#random.chance(0.3)) return this.#save(module);
    this.#expect([module.name], { exact: true });
    await this.#save(this.#edited(module));
  }

  async _renaming() {
    const module = this.#any();
    const path = this.#project.path(module.name);
    this.#step(`rename ${module.name} away`);
    await rename(path, `${path}.away`);
    await pause(this.#random.between(0, 150));
    if (this.#random.chance(0.5)) {
      this.#step('and back');
      await rename(`${path}.away`, path);
    } else {
      this.#expect([module.name], { exact: true });
      await this.#save(this.#edited(module));
    }
  }

  async _folderRenaming() {
    const [folder, away] = [this.#project.path('deep'), this.#project.path('deep-away')];
    const module = this.#any(({ name }) => name.startsWith('deep/'));
    this.#step('rename deep/ away');
    await rename(folder, away);
    await pause(this.#random.between(0, 150));
    if (this.#random.chance(0.5)) {
      this.#expect([module.name], { exact: true });
      const edited = this.#edited(module);
      this.#step(`save ${describe(edited)} there`);
      await this.#project.write(`deep-away/${module.name.slice('deep/'.length)}`, sourceOf(edited));
      await pause(this.#random.between(0, 60));
    }
    this.#step('rename deep/ back');
    await rename(away, folder);
  }

  async _dropped() {
    this.#step('drop all sockets');
    for (const socket of this.#server.server.connections) socket.destroy();
    const count = this.#random.between(0, 3);
    for (let index = 0; index < count; index += 1) {
      const module = this.#any();
      this.#expect([module.name]);
      await this.#save(this.#edited(module));
    }
    if (this.#random.chance(0.7)) await this.#hurry();
  }

  /** Pages that lost their connection try again at once, as they do when a tab comes to the front. */
  async #hurry() {
    const online = () => dispatchEvent(new Event('online'));
    for (const { tab } of this.#tabs) await tab.evaluate(online).catch(() => {});
  }

  /** A save among thousands of events of files that nobody serves. */
  async _flood() {
    const module = this.#any();
    this.#step('a flood of foreign files');
    this.#flood(2000);
    this.#expect([module.name], { exact: true });
    await this.#save(this.#edited(module));
    this.#flood(2000);
  }

  #flood(count) {
    const foreign = this.#project.path('deep/foreign');
    mkdirSync(foreign, { recursive: true });
    for (let index = 0; index < count; index += 1) {
      const [from, to] = index % 2 === 0 ? [foreign, `${foreign}-b`] : [`${foreign}-b`, foreign];
      renameSync(from, to);
    }
  }

  async _page() {
    const page = this.#app.get(this.#random.pick(PAGES).file);
    this.#expect([page.name], { exact: true });
    await this.#save(this.#edited(page));
  }

  /** Somebody presses F5, perhaps in the middle of an update. */
  async _userReload() {
    const index = this.#random.between(0, this.#tabs.length - 1);
    const isBusy = this.#random.chance(0.6);
    if (isBusy) {
      const module = this.#any();
      this.#expect([module.name], { certain: false });
      await this.#save(this.#edited(module));
      await pause(this.#random.between(0, 30));
    }
    this.#step(`F5 in tab ${index}`);
    this.#expectLoad(this.#due[index]);
    // A reload by hotgraph may come first or after, and one of the two replaces the other.
    if (this.#due[index].most > 1) this.#due[index].least = 1;
    await this.#tabs[index].tab.page.reload({ waitUntil: 'commit' }).catch(() => {});
  }

  /** A tab is closed, and another one opened. */
  async _reopening() {
    const index = this.#random.between(0, this.#tabs.length - 1);
    this.#step(`close tab ${index} and open another`);
    const { tab, file } = this.#tabs[index];
    await tab.close();
    this.#tabs[index] = await this.#open(file);
    this.#expectFirstLoad(index);
  }

  async _restart() {
    const { port } = this.#server;
    this.#step('stop the server');
    await this.#server.stop();
    const changed = [];
    while (this.#random.chance(0.5)) {
      const module = this.#any();
      changed.push(module.name);
      if (!this.restartReloads) this.#expect([module.name]);
      await this.#save(this.#edited(module));
    }
    this.#step('start it again');
    await this.#serve(port);
    if (this.restartReloads) for (const due of this.#due) this.#expectLoad(due);
    if (this.#random.chance(0.8)) await this.#hurry();
  }

  async #serve(port) {
    const hmr = { cacheDir: this.#project.path('cache') };
    this.#server = await serve(this.#project.folder, { config: { port }, hmr });
    for (const name of this.#changed.keys()) this.#changed.set(name, 0);
  }

  async #open(file) {
    const tab = await openTab(this.#server.url(`/${file}`));
    return { tab, file, loads: 1, late: NOTHING_LATE, known: reached(this.#app, file) };
  }

  // -- leaks ---------------------------------------------------------------------------------------------------

  #sampled = 0;

  /** Measures, after each so many steps, what must not grow. */
  async #sample() {
    const count = Math.floor(this.#done / this.#sampleEvery);
    if (!(count > this.#sampled)) return;
    this.#sampled = count;
    // A page keeps every module it ever evaluated, as browsers do, until it is loaded anew.
    await this.#episode('sample', async () => {
      for (const [index, { tab }] of this.#tabs.entries()) {
        this.#expectLoad(this.#due[index]);
        await tab.page.reload({ waitUntil: 'commit' });
      }
    });
    const sample = { step: this.#done, ...(await measure(this.#tabs.map(({ tab }) => tab.page))) };
    this.summary.samples.push(sample);
    this.#progress(JSON.stringify(sample));
  }
}

function differences(wanted, ran) {
  const counts = new Map(wanted.map((name) => [name, 0]));
  for (const [name] of ran) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts]
    .filter(([name, count]) => count !== 1 || !wanted.includes(name))
    .map(([name, count]) => `${name} ran ${count} times`);
}

/** A module in one line. */
function describe({ name, edit, imports, acceptance, accepts, fault }) {
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
