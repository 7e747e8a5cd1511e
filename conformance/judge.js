/**
 * Runs scenarios on servers, in a real browser, with real files, and says how each went.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { openTab, waitFor } from '../__test__/helpers/browser.js';
import { Project } from '../__test__/helpers/project.js';
import { PAGE } from './scenarios/parts.js';
import { EXPECTED } from './table.js';

/** Milliseconds that a server has for what a step expects. */
const PATIENCE = 3000;
/** Milliseconds in which a page must not go on changing after a step. Watchers miss saves that follow faster. */
const QUIET = 250;

/** What pages say where a part of the API is missing. */
const LACKING = /is not a function|not implemented|not supported|only a getter/i;

/** What did not go as the scenario says. */
class Difference extends Error {}

/** How often a scenario is run at most: what a server does may depend on when it looks at a file. */
const TRIES = 2;

/**
 * Runs a scenario on a server, again where it does not go as expected.
 *
 * @param {import('./scenarios.js').Scenario} scenario
 * @param {ReturnType<typeof import('./servers.js').serversOf>[number]} server
 * @returns {Promise<string>} {@link EXPECTED}, or how it differs.
 */
export async function judge(scenario, server) {
  let difference;
  for (let tries = 1; tries <= TRIES; tries++) {
    const outcome = await runOnce(scenario, server);
    if (outcome === EXPECTED) {
      return difference ? `${EXPECTED} in one of ${tries} tries, else ${difference}` : EXPECTED;
    }
    difference = outcome;
  }
  return difference;
}

async function runOnce(scenario, server) {
  const project = new Project({ 'index.html': PAGE, ...scenario.files });
  const run = new Run(project, server, scenario);
  try {
    await run.start();
    for (const step of scenario.steps) await run.step(step);
    return EXPECTED;
  } catch (error) {
    if (error instanceof Difference) return error.message;
    throw error;
  } finally {
    await run.end();
    project.dispose();
  }
}

/** One scenario on one server. */
class Run {
  #tabs = [];
  /** Where files are written before they are renamed: outside of what servers watch. */
  #drafts = mkdtempSync(join(tmpdir(), 'hotgraph-drafts-'));
  #running;
  #loads;
  /** Whether anything has happened since the pages were opened. */
  #edited = false;

  constructor(project, server, scenario) {
    this.project = project;
    this.server = server;
    this.scenario = scenario;
  }

  async start(port = 0) {
    const options = { port, replies: this.scenario.replies ?? {} };
    try {
      this.#running = await this.server.start(this.project.folder, options);
    } catch (error) {
      throw new Difference(`not supported: ${complaint(messageOf(error))}`);
    }
    if (port !== 0) return;
    for (const path of this.scenario.pages ?? ['/']) await this.#open(path);
    this.#loads = this.#tabs.map(() => 1);
  }

  async end() {
    await Promise.all(this.#tabs.map(({ tab }) => tab.close().catch(() => {})));
    await this.#running?.stop();
    rmSync(this.#drafts, { recursive: true });
  }

  async step(step) {
    const [first] = this.#tabs;
    if (this.#edited) {
      for (const { tab } of this.#tabs) tab.errors.length = tab.console.length = 0;
    }
    if (step.edit || step.edits || step.run || step.send) this.#edited = true;
    if (step.restart) await this.#running.stop();
    for (const files of step.edits ?? (step.edit ? [step.edit] : [])) {
      for (const [name, text] of Object.entries(files)) await this.#save(name, text);
    }
    if (step.restart) await this.start(Number(new URL(this.#running.url).port));
    if (step.open) {
      await this.#open(step.open);
      this.#loads.push(1);
    }
    if (step.run) await this.#evaluate(first.tab, step.run);
    if (step.reload) {
      await first.tab.page.reload();
      await this.#ready(first);
      this.#loads[0] += 1;
    }
    if (step.send) {
      if (!this.#running.send) throw new Difference('not supported: the server sends no events');
      this.#running.send(...step.send);
    }
    if (step.loads !== undefined) {
      this.#loads = this.#tabs.map((_, index) => [step.loads].flat()[index] ?? step.loads);
    }
    const expected = step.shows ?? [];
    for (const { tab } of this.#tabs) {
      for (let at = 0; at < expected.length; at += 2) {
        await this.#expect(tab, expected[at], expected[at + 1]);
      }
    }
    if (step.says) await this.#expectConsole(first.tab, step.says);
    await this.#reloads();
    await this.#settle();
    for (const { tab } of this.#tabs) {
      for (let at = 0; at < expected.length; at += 2) {
        await this.#expect(tab, expected[at], expected[at + 1]);
      }
    }
    this.#compareLoads();
  }

  /** Runs code of a scenario, which throws where a part of the API is missing. */
  async #evaluate(tab, code) {
    try {
      await tab.evaluate(code);
    } catch (error) {
      if (tab.page.isClosed()) throw error;
      throw new Difference(`not supported: ${complaints(tab)[0] ?? complaint(messageOf(error))}`);
    }
  }

  /** Opens a page and waits until it can be updated. */
  async #open(path) {
    const opened = { tab: await openTab(`${this.#running.url}${path}`) };
    this.#tabs.push(opened);
    await this.#ready(opened);
  }

  async #ready({ tab }) {
    await waitFor(
      async () => {
        const isComplete = () => document.readyState === 'complete';
        return await tab.evaluate(isComplete).catch(() => false);
      },
      () => 'the page does not load',
    );
    await this.#settle();
  }

  /**
   * Saves a file by renaming a new one over it, as many editors do. No server sees the half of a save: that would be a
   * finding about watchers, and hide what happens to the update.
   */
  async #save(name, text) {
    if (text === null) return this.project.remove(name);
    const draft = join(this.#drafts, 'draft');
    await writeFile(draft, text);
    await rename(draft, this.project.path(name));
  }

  /** Waits until a page shows a value. */
  async #expect(tab, expression, value) {
    let shown;
    const look = async () => {
      shown = await tab.evaluate(expression).catch((error) => firstLine(error.message));
      return isDeepStrictEqual(shown, value);
    };
    try {
      await waitFor(look, () => '', PATIENCE);
    } catch {
      throw new Difference(this.#explain(tab, shown, value));
    }
  }

  /** Why a page does not show what it should, as far as it says. */
  #explain(tab, shown, value) {
    const index = this.#tabs.findIndex((opened) => opened.tab === tab);
    const thrown = complaints(tab);
    const lacking = thrown.find((text) => LACKING.test(text));
    if (lacking) return `not supported: ${lacking}`;
    const text = `shows ${brief(shown)}, not ${brief(value)}`;
    if (!this.#edited) return `not supported: ${thrown[0] ?? text}`;
    const way = tab.loads > this.#loads[index] ? 'reload, then' : 'differs:';
    return `${way} ${text}${thrown[0] ? ` (${thrown[0]})` : ''}`;
  }

  async #expectConsole(tab, words) {
    const said = () => tab.console.some(({ text }) => words.every((word) => text.includes(word)));
    try {
      await waitFor(said, () => '', PATIENCE);
    } catch {
      throw new Difference(`differs: nothing in the console has ${words.join(' and ')}`);
    }
  }

  /** Gives pages the time to reload that have to. */
  async #reloads() {
    const isDone = () => this.#tabs.every(({ tab }, at) => tab.loads >= (this.#loads[at] ?? 0));
    await waitFor(isDone, () => '', PATIENCE).catch(() => {});
  }

  /** Waits until no page has loaded for a while: not every server tells when it is done. */
  async #settle() {
    const loads = () => this.#tabs.map(({ tab }) => tab.loads).join();
    let last;
    do {
      last = loads();
      await new Promise((resolve) => setTimeout(resolve, QUIET));
    } while (loads() !== last);
  }

  #compareLoads() {
    for (const [index, { tab }] of this.#tabs.entries()) {
      const expected = this.#loads[index];
      if (expected === null || tab.loads === expected) continue;
      const which = this.#tabs.length > 1 ? ` of tab ${index + 1}` : '';
      const more = tab.loads - expected;
      if (more < 0) throw new Difference(`differs: no reload${which}`);
      throw new Difference(`${more > 1 ? `${more} reloads` : 'reload'}${which}`);
    }
  }
}

/** What went wrong in a page since its errors were looked at last. */
function complaints(tab) {
  const shown = tab.console.filter(({ type }) => type === 'error').map(({ text }) => text);
  return [...tab.errors, ...shown].map(complaint);
}

/** What a page complains of, short enough for a table. */
function complaint(text) {
  const status = /status of (\d+)/.exec(text)?.[1];
  const line = status ? `the server answers ${status}` : firstLine(text).replace(/^Uncaught /, '');
  return line.replace(/\b(?:https?|file):\S+/g, '…').slice(0, 90);
}

/** @param {unknown} error */
const messageOf = (error) => (error instanceof Error ? error.message : String(error));

const firstLine = (text) => text.replace(/^page\.evaluate: /, '').split('\n')[0];

/** A value, short enough for a table. */
function brief(value) {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}
