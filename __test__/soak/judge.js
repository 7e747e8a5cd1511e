/**
 * The judge of a soak: says before each episode what must come of it, by the model, and finds out afterwards whether it
 * came.
 */

import { waitFor } from '../helpers/browser.js';
import { PAGES } from './app.js';
import { closure, effect, expected, kept, reached } from './model.js';
import { describe, pause } from './world.js';

/** Milliseconds that a tab may take to show what it has to. */
const PATIENCE = 30_000;

/** What went wrong, with what led to it. */
export class SoakFailure extends Error {}

/** The judge of one world. */
export class Judge {
  #world;
  /** What is due in each tab. */
  due;
  /** The events of the episode before. */
  #past = [];
  /** What any tab ever ran or showed: the server follows its file. */
  #followed = new Set();
  /** How many events the server had told of each file that the episode changes. */
  #changed = new Map();
  /** The newest version that the server told of. */
  #version = 0;

  /** @param {import('./world.js').World} world */
  constructor(world) {
    this.#world = world;
  }

  /** An episode begins. */
  begin() {
    this.due = this.#world.tabs.map(({ late }) => {
      const may = new Map([...late.may].map(([name, most]) => [name, { least: 0, most }]));
      // A page that reloads late may load what is saved just now before it is told of that.
      const mayLoad = late.loads > 0;
      return { least: 0, most: late.loads, may, isExact: true, mayLoad, late: late.may };
    });
    this.#changed.clear();
  }

  /** The server was started again: it has told of nothing yet. */
  forgetEvents() {
    for (const name of this.#changed.keys()) this.#changed.set(name, 0);
  }

  /** The episode is over. Waits until all tabs show what it left on the disk. */
  async end(kind) {
    const { server, summary } = this.#world;
    await this.#toldOfAll(kind);
    await this.allShow(kind);
    this.#past = server.events.splice(0);
    for (const event of this.#past) {
      if (event.type === 'updated') summary.updates += 1;
      if (event.type === 'reloaded') {
        const { cause } = event.report;
        summary.reloads.reported[cause] = (summary.reloads.reported[cause] ?? 0) + 1;
      }
    }
  }

  /** A change of modules is about to be made: notes what it means, in the app as it runs now. */
  expect(names, { exact = false, certain = true } = {}) {
    for (const name of names) this.#changed.set(name, this.#world.server.events.length);
    for (const [index, { file }] of this.#world.tabs.entries()) {
      const due = this.due[index];
      const { reloads, evaluated } = effect(this.#world.app, file, names);
      const { known } = this.#world.tabs[index];
      const left = effect(this.#world.app, file, names, known);
      // What a page no longer imports need not reload it, and is renewed as far up as something accepts that.
      const now = reached(this.#world.app, file);
      const dropped = [...known].filter((name) => !now.has(name));
      const isOfDropped = dropped.some((name) => left.evaluated.has(name));
      due.isExact = exact;
      if (reloads && certain) due.least = Math.max(due.least, 1);
      if (reloads) due.most += 1;
      const may = [...evaluated, ...left.evaluated, ...(isOfDropped ? dropped : [])];
      for (const name of new Set(may)) {
        if (this.#world.app.get(name).kind !== 'script') continue;
        const { least = 0, most = 0 } = due.may.get(name) ?? {};
        due.may.set(name, { least: certain && evaluated.has(name) ? 1 : least, most: most + 1 });
      }
    }
  }

  /** A page loads for a reason of its own. */
  expectLoad(due, { least = 1 } = {}) {
    due.least += least;
    due.most += 1;
    due.isExact = false;
  }

  /** A tab that was opened just now runs each module once. */
  expectFirstLoad(index) {
    const { file } = this.#world.tabs[index];
    const scripts = [...reached(this.#world.app, file)].filter((name) => name.endsWith('.js'));
    this.due[index].may = new Map(scripts.map((name) => [name, { least: 1, most: 1 }]));
  }

  /** What a page reaches that it did not before may run, and what it no longer reaches need not. */
  expectArrivals(before) {
    for (const [index, { file }] of this.#world.tabs.entries()) {
      const { may } = this.due[index];
      const now = reached(this.#world.app, file);
      // Also what a page no longer imports still gets its updates, and what those import.
      for (const [name, { most }] of may) if (!now.has(name)) may.set(name, { least: 0, most });
      const stays = kept(this.#world.app, file, before[index]);
      for (const name of closure(this.#world.app, this.#world.tabs[index].known)) {
        const isPruned = now.has(name) && !stays.has(name);
        if (!before[index].has(name) || isPruned)
          may.set(name, { least: 0, most: (may.get(name)?.most ?? 0) + 1 });
      }
    }
  }

  /** The tabs show what they did. */
  async allShow(kind) {
    for (const [index, one] of this.#world.tabs.entries())
      await this.#settle(one, this.due[index], kind);
  }

  /** The server tells of everything that was changed: no page can seem to be done before it has begun. */
  async #toldOfAll(kind) {
    const { events } = this.#world.server;
    for (const [name, before] of this.#changed) {
      if (!this.#followed.has(name)) continue;
      const file = this.#world.project.path(name);
      const isTold = () => events.slice(before).some(({ files }) => files?.includes(file));
      await waitFor(isTold, () => '', PATIENCE).catch(() =>
        this.#fail(this.#world.tabs[0], kind, [`the server does not tell that ${name} changed`]),
      );
    }
    const versions = events.filter(({ type }) => type === 'updated').map(({ version }) => version);
    this.#version = Math.max(this.#version, ...versions);
  }

  async #settle(one, due, kind) {
    const { tab, file } = one;
    const before = reached(this.#world.app, file);
    // What it shows may be right before it reloads.
    await waitFor(
      () => tab.loads - one.loads >= due.least,
      () => 'a reload did not come',
      PATIENCE,
    ).catch(() => this.#fail(one, kind, [`${tab.loads - one.loads} reloads, due ${due.least}`]));
    const { ran, problems, shown, fetched = [] } = await this.#shows(one, PATIENCE);
    if (problems) {
      const wanted = expected(this.#world.app, file);
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
    this.#world.summary.reloads.due += due.least;
    this.#world.summary.reloads.made += made;
    this.#world.summary.evaluations += ran.length;
    const wrong = made > 0 ? this.#notOnce(ran, due, before) : this.#notDue(ran, due);
    if (wrong.length > 0) this.#fail(one, kind, wrong);
    if (tab.errors.some((error) => !error.includes(' throws in edit '))) {
      this.#fail(one, kind, tab.errors);
    }
    one.loads = tab.loads;
    one.late = this.#late(ran, made, due);
    // With one change at a time nothing that shows is late, and neither are reloads.
    if (this.#world.calm) {
      const unseen = [...one.late.may].filter(([name]) => !before.has(name));
      one.late = { loads: 0, may: new Map(unseen) };
    }
    one.known = closure(this.#world.app, [...(made > 0 ? [] : one.known), ...before]);
    for (const name of [file, ...Object.keys(expected(this.#world.app, file))])
      this.#followed.add(name);
    tab.errors.length = 0;
    one.said = tab.console.splice(0);
  }

  /** Waits until the tab shows the app as it is on the disk. */
  async #shows({ tab, file }, patience) {
    const { entry, links } = PAGES.find((page) => page.file === file);
    const versions = expected(this.#world.app, file);
    const { edit } = this.#world.app.get(file);
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
   * What may come after the tab shows what it has to. Of saves in quick succession, the first may have brought the code
   * of the last, and the updates of the others are still on their way. What a page no longer imports does not show.
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
    const scripts = [...live].filter((name) => this.#world.app.get(name).kind === 'script');
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
      if (this.#world.calm) wrong.push(`${name} ran ${count} times, due at most ${most}`);
      else this.#world.summary.again += count - most;
    }
    for (const [name, { least }] of due.may) {
      if ((counts.get(name) ?? 0) < least) wrong.push(`${name} did not run`);
    }
    return wrong;
  }

  #fail({ tab, file, said = [] }, kind, wrong) {
    const index = this.#world.tabs.findIndex((one) => one.tab === tab);
    const line = ({ type, text }) => `  [${type}] ${text}`;
    const event = (one) => `  ${JSON.stringify(one)}`;
    const here = [...reached(this.#world.app, file)];
    const others = [...this.#world.app.keys()].filter((name) => !here.includes(name));
    const describeAll = (names) => names.map((name) => `  ${describe(this.#world.app.get(name))}`);
    const lines = [
      `seed ${this.#world.summary.seed}, step ${this.#world.done}, ${kind}: tab ${index} (${file})`,
      ...wrong.map((text) => `  ${text}`),
      'history:',
      ...this.#world.history.map((text) => `  ${text}`),
      'console, of the episode before:',
      ...said.slice(-30).map(line),
      'of this one:',
      ...tab.console.slice(-30).map(line),
      ...tab.errors.map((error) => `  uncaught: ${error}`),
      'events, of the episode before:',
      ...this.#past.slice(-60).map(event),
      'of this one:',
      ...this.#world.server.events.slice(-60).map(event),
      'app:',
      ...describeAll(here),
      'not of this page:',
      ...describeAll(others),
      `again: node __test__/soak/run.js --seed ${this.#world.summary.seed} --steps ${this.#world.done + 1}` +
        `${this.#world.calm ? ' --calm' : ''}${this.#world.cycles ? '' : ' --acyclic'}`,
    ];
    throw new SoakFailure(lines.join('\n'));
  }
}

/** Scripts that did not run exactly once. */
function differences(wanted, ran) {
  const counts = new Map(wanted.map((name) => [name, 0]));
  for (const [name] of ran) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts]
    .filter(([name, count]) => count !== 1 || !wanted.includes(name))
    .map(([name, count]) => `${name} ran ${count} times`);
}
