/**
 * What the server asked of the page and is not done yet, in order. Updates that piled up are one.
 */
import type { Update } from '../protocol.js';
import { areMergeable, mergeUpdates } from './merge.js';

/** An update to apply. */
export interface UpdateJob {
  readonly type: 'update';
  readonly update: Update;
  /** When it arrived, in milliseconds since some start. */
  readonly arrived: number;
  /** Whether it went by once, when it concerned nothing here. */
  readonly again?: boolean;
}

/** Modules to prune. */
export interface PruneJob {
  readonly type: 'prune';
  readonly urls: readonly string[];
  readonly version: number;
}

/** Modules to run again as they are. */
export interface RerunJob {
  readonly type: 'rerun';
  /** Says which, when it is their turn. */
  readonly due: () => readonly string[];
}

/** Something to do. */
export type Job = UpdateJob | PruneJob | RerunJob;

/** In place of a listener while none waits for an update. */
const NOBODY = () => {};

/** The jobs of a page. */
export class Jobs {
  readonly #jobs: Job[] = [];
  /** Is called when an update arrives. */
  #heard: (update: Update) => void = NOBODY;

  /** How many there are. */
  get count(): number {
    return this.#jobs.length;
  }

  /** Something is to be done, after all else. */
  add(job: Job): void {
    this.#jobs.push(job);
    if (job.type === 'update' && !job.again) this.#heard(job.update);
  }

  /** Something is to be done before all else. */
  addFirst(jobs: readonly Job[]): void {
    this.#jobs.unshift(...jobs);
  }

  /** Takes out what is next; updates that piled up after it become one with it. */
  next(): Job | undefined {
    const job = this.#jobs.shift();
    if (job?.type !== 'update' || job.again) return job;
    let { update } = job;
    for (let next = this.#jobs[0]; next?.type === 'update'; next = this.#jobs[0]) {
      if (next.again || !areMergeable(update, next.update)) break;
      this.#jobs.shift();
      update = mergeUpdates(update, next.update);
    }
    return { ...job, update };
  }

  /** Resolves when there is an update by which one of these modules is stale. The last who asks is told. */
  superseded(urls: readonly string[]): Promise<void> {
    const known = new Set(urls);
    return new Promise((resolve) => {
      const isNewer = ({ stale }: Update) => stale.some(({ url }) => known.has(url));
      this.#heard = (update) => void (isNewer(update) && resolve());
      if (this.#jobs.some((job) => job.type === 'update' && isNewer(job.update))) resolve();
    });
  }

  /** Nobody waits for newer updates any longer. */
  forget(): void {
    this.#heard = NOBODY;
  }
}
