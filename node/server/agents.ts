/**
 * Which browser asked for a module last. Servers may make other code for each: esbuild's `target: 'auto'` does.
 */

import type { IncomingHttpHeaders } from 'node:http';
import type { HmrEngine } from '#native';

/** Modules that are remembered. A request can make up any url. */
const MOST = 10_000;

/** The browsers of one server's pages. */
class Agents {
  readonly #byUrl = new Map<string, string>();
  #last: string | undefined;
  /** Whether pages of different browsers have asked. */
  areMany = false;

  /** A browser asks for a module. */
  note(url: string, headers: IncomingHttpHeaders): void {
    const agent = headers['user-agent'];
    if (agent === undefined) return;
    this.areMany ||= this.#last !== undefined && this.#last !== agent;
    this.#last = agent;
    // The newest at the end.
    this.#byUrl.delete(url);
    this.#byUrl.set(url, agent);
    const [oldest] = this.#byUrl.keys();
    if (this.#byUrl.size > MOST && oldest !== undefined) this.#byUrl.delete(oldest);
  }

  /** The `User-Agent` of the last request for a module, or of the last one for any. */
  of(url: string): string | undefined {
    return this.#byUrl.get(url) ?? this.#last;
  }
}

const known = new WeakMap<HmrEngine, Agents>();

/** The browsers of the pages of an engine. */
export function agentsOf(engine: HmrEngine): Agents {
  const agents = known.get(engine) ?? new Agents();
  known.set(engine, agents);
  return agents;
}
