/**
 * Random apps under random histories of saves and faults, in real tabs on the real server. After each episode, every
 * tab has to show what the model says, with the reloads that were due and no other.
 *
 * The same seed makes the same history. What is not the same is how its steps meet the server's and the pages' work.
 */

import { getFreePort } from '../helpers/port.js';
import { EPISODES } from './episodes.js';
import { Judge } from './judge.js';
import { measure } from './measure.js';
import { World } from './world.js';

/** The pages of the tabs. */
const TABS = ['index.html', 'index.html', 'other.html'];

/** Steps from one line of progress to the next. */
const PROGRESS = 200;

/** One run. */
export class Soak {
  #steps;
  #sampleEvery;
  #minutes;
  #progress;
  #world;
  #judge;
  /** By kind, how often an episode comes. */
  #weights;
  #counted = 0;
  #sampled = 0;

  /**
   * @param {{ seed: number, steps: number, sampleEvery?: number, minutes?: number, calm?: boolean, cycles?: boolean,
   *   progress?: (text: string) => void }} options `calm`: one change at a time only. `cycles`: whether scripts import
   *   each other in cycles.
   */
  constructor({
    seed,
    steps,
    sampleEvery = Infinity,
    minutes = Infinity,
    calm = false,
    cycles = true,
    progress = () => {},
  }) {
    this.#steps = steps;
    this.#sampleEvery = sampleEvery;
    this.#minutes = minutes;
    this.#progress = progress;
    this.#world = new World({ seed, calm, cycles });
    this.#judge = new Judge(this.#world);
    const kinds = Object.entries(EPISODES).filter(([, { isCalm }]) => isCalm || !calm);
    this.#weights = Object.fromEntries(kinds.map(([kind, { weight }]) => [kind, weight]));
  }

  /** What happened so far. */
  get summary() {
    return this.#world.summary;
  }

  /** Runs all steps. Rejects with a {@link SoakFailure} at the first thing that is not as it has to be. */
  async run() {
    const world = this.#world;
    const started = Date.now();
    try {
      await world.serve(await getFreePort());
      for (const file of TABS) world.tabs.push(await world.open(file));
      await this.#episode('start', async () => {
        for (const index of TABS.keys()) this.#judge.expectFirstLoad(index);
      });
      const end = started + this.#minutes * 60_000;
      while (world.done < this.#steps && Date.now() < end) {
        const kind = world.random.weighted(this.#weights);
        await this.#episode(kind, EPISODES[kind].happen);
        await this.#sample();
      }
    } finally {
      await world.dispose();
      world.summary.steps = world.done;
      world.summary.seconds = Math.round((Date.now() - started) / 1000);
    }
    return world.summary;
  }

  /** Makes an episode happen and waits until all tabs show what it left on the disk. */
  async #episode(kind, happen) {
    const world = this.#world;
    this.#judge.begin();
    world.history = world.history.slice(-30);
    world.note(`- ${kind}`);
    await happen(world, this.#judge);
    await this.#judge.end(kind);
    world.summary.episodes[kind] = (world.summary.episodes[kind] ?? 0) + 1;
    const before = Math.floor(this.#counted / PROGRESS);
    this.#counted = world.done;
    if (Math.floor(world.done / PROGRESS) > before) this.#progress(`${world.done} steps`);
  }

  /** Measures, after each so many steps, what must not grow. */
  async #sample() {
    const { tabs, done, summary } = this.#world;
    const count = Math.floor(done / this.#sampleEvery);
    if (!(count > this.#sampled)) return;
    this.#sampled = count;
    // A page keeps every module it ever evaluated, as browsers do, until it is loaded anew.
    await this.#episode('sample', async () => {
      for (const [index, { tab }] of tabs.entries()) {
        this.#judge.expectLoad(this.#judge.due[index]);
        await tab.page.reload({ waitUntil: 'commit' });
      }
    });
    const sample = { step: done, ...(await measure(tabs.map(({ tab }) => tab.page))) };
    summary.samples.push(sample);
    this.#progress(JSON.stringify(sample));
  }
}
