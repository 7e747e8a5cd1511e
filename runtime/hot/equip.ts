/**
 * Gives generations what their code finds on `import.meta`, and reports to the server what they register where it could
 * not find that out from their text.
 */
import type { Generation } from '../model/generation.js';
import type { ClientMessage } from '../protocol.js';
import { createHotContext, type HotServices } from './hot.js';
import { createWebpackContext, type Statuses } from './webpack.js';

/** The contexts of a page's generations. */
export class Equipment {
  readonly #services: HotServices;
  readonly #statuses: Statuses;
  readonly #send: (message: ClientMessage) => void;
  readonly #given = new WeakMap<Generation, object>();
  readonly #reports = new WeakMap<Generation, { text: string; isScheduled: boolean }>();

  constructor(
    services: Omit<HotServices, 'changed'>,
    statuses: Statuses,
    send: (message: ClientMessage) => void,
  ) {
    this.#services = { ...services, changed: (generation) => this.#schedule(generation) };
    this.#statuses = statuses;
    this.#send = send;
  }

  /** Gives a generation its contexts, by each of these `import.meta` objects. */
  equip(generation: Generation, metas: readonly object[]): void {
    const { hot, reports } = generation.code.definition;
    if (!hot && !reports) return;
    let given = this.#given.get(generation);
    if (!given) {
      const context = createHotContext(generation, this.#services);
      const webpackHot = createWebpackContext(generation, this.#services, this.#statuses);
      given = { hot: context, webpackHot, dispose: context.dispose };
      this.#given.set(generation, given);
      if (reports) {
        this.#reports.set(generation, { text: '', isScheduled: false });
        this.#schedule(generation);
      }
    }
    for (const meta of metas) Object.assign(meta, given);
  }

  /** A generation has run: what it registered counts. */
  report(generation: Generation): void {
    this.#schedule(generation);
  }

  /** When the module has run; a later registration brings another report. */
  #schedule(generation: Generation): void {
    const report = this.#reports.get(generation);
    if (!report || report.isScheduled) return;
    report.isScheduled = true;
    setTimeout(() => {
      report.isScheduled = false;
      const { state } = generation;
      if (generation.isReplaced || state === 'defined' || state === 'linked') return;
      const { url, version, registered } = generation;
      const { acceptsItself, declined, specifiers, acceptedExports } = registered;
      const message = {
        type: 'accepts',
        url,
        version,
        self: acceptsItself,
        deps: specifiers,
        declined,
        exports: acceptedExports ? [...acceptedExports] : null,
      } as const;
      const text = JSON.stringify(message);
      if (text === report.text) return;
      report.text = text;
      this.#send(message);
    });
  }
}
