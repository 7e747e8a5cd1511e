/**
 * What an update means for this page: nothing, a reload with its reason, or what to renew and who
 * accepts it. Pure: it is told what the page has loaded and registered, and changes nothing.
 *
 * The server says what is stale and who imports whom; the running code says who accepts.
 */
import type { Generation } from '../model/generation.js';
import type { Body, ReloadReport, StaleModule, Update } from '../protocol.js';
import { composeReport, type Facts } from '../tell/report.js';
import { pageOfInline } from '../url.js';

/** What a plan asks of the page. */
export interface Page {
  /** The url of the page's HTML; `null` when the server does not know it. */
  readonly url: string | null;
  /** Whether the page ever fetched the module and still uses it. */
  isLoaded(url: string): boolean;
  /** Whether a `<link>` or a `<style>` of the page shows the style sheet, directly or by `@import`. */
  showsStyle(url: string): boolean;
  /** What asked for a resource, in the browser's words: `script`, `link`, `fetch`. */
  loadedBy(url: string): ReadonlySet<string>;
  /** Whether the page shows the image, and uses it nowhere else. */
  showsImage(url: string): boolean;
  /** Whether something that the page started runs or shows it: a worker, a worklet, a frame without an address. */
  isElsewhere(url: string): boolean;
  /** The version of a module that the page runs or shows; `undefined` when that is not known. */
  version(url: string): number | undefined;
  /** Whether the page runs exactly this content of a module, and nothing newer failed. */
  runs(body: Body): boolean;
  /** Whether an update evaluated a module at this version. */
  hasRun(url: string, version: number): boolean;
  /** Stale modules that code of this page imported once, and no longer imports. */
  readonly departed: ReadonlySet<string>;
  /** The module's current generation, when it has run in this page. */
  current(url: string): Running | undefined;
  /** Whether a module imports another in this page, where its import maps decide about that. */
  imports(importer: string, url: string): boolean;
  /** The url of the module that code of an importer names by a specifier, as far as the page can tell. */
  resolve(importer: string, specifier: string): string | undefined;
}

/** What a plan looks at in a generation. */
export type Running = Pick<Generation, 'registered'>;

/** A module that accepts. */
export interface Boundary {
  /** The module whose callbacks run. */
  readonly module: string;
  /** What is imported anew: the module itself or one of its dependencies. */
  readonly accepted: string;
  /** The specifiers under which it accepts the dependency; empty when it accepts itself. */
  readonly specifiers: readonly string[];
}

/** A module that is evaluated anew. */
export interface Renewal {
  readonly url: string;
  readonly version: number;
  /** Those of its importers that are evaluated anew too. */
  readonly importers: readonly string[];
}

/** A style sheet or an image that gets new content in place. */
export interface StyleRenewal {
  readonly url: string;
  readonly version: number;
}

/** What to do to apply an update. */
export interface Application {
  readonly type: 'apply';
  /** Modules that nothing in the page imports any more. */
  readonly leaving: readonly string[];
  /** In the order of evaluation: what is imported before what imports it. */
  readonly boundaries: readonly Boundary[];
  readonly stale: readonly Renewal[];
  /** Accepted modules that run already: one of them gave up the update that evaluated it. */
  readonly present: readonly string[];
  /** Shown by links. */
  readonly styles: readonly StyleRenewal[];
  /** Imported as CSS modules. */
  readonly sheets: readonly StyleRenewal[];
  /** Shown by elements and styles. */
  readonly images: readonly StyleRenewal[];
}

/** What an update means for a page. */
export type Plan =
  | { readonly type: 'nothing'; readonly leaving: readonly string[] }
  | { readonly type: 'reload'; readonly report: ReloadReport }
  /** A module was expected to accept and did not register. It gives up, and its importers are asked. */
  | { readonly type: 'giveUp'; readonly module: string }
  | Application;

/** A module that the update reached, and how. */
interface Step {
  readonly url: string;
  readonly node: StaleModule | undefined;
  /** The step before, towards the change. */
  readonly from: Step | undefined;
  /** Whether the update has to be accepted above; not so above a module that accepts and bubbles. */
  readonly required: boolean;
  /** Importers that the update went on to. */
  readonly importers: string[];
}

/** Decides what an update means for a page. */
export function plan(update: Update, page: Page): Plan {
  return new Walk(update, page).run();
}

class Walk {
  readonly #update: Update;
  readonly #page: Page;
  readonly #nodes: Map<string, StaleModule>;
  readonly #gaveUp: Set<string>;
  readonly #steps = new Map<string, Step>();
  readonly #bubbled: Step[] = [];
  readonly #boundaries: Boundary[] = [];
  readonly #styles = new Map<string, StyleRenewal>();
  readonly #sheets = new Map<string, StyleRenewal>();
  readonly #images = new Map<string, StyleRenewal>();
  /** Style sheets that the page showed once. */
  readonly #dropped = new Set<string>();

  constructor(update: Update, page: Page) {
    this.#update = update;
    this.#page = page;
    this.#nodes = new Map(update.stale.map((node) => [node.url, node]));
    this.#gaveUp = new Set(update.invalidated?.trail);
  }

  run(): Plan {
    const early = this.#ofInput() ?? this.#elsewhere();
    if (early) return { type: 'reload', report: early };
    const changed = this.#update.changed.filter((url) => this.#isLoaded(url) && this.#isDue(url));
    const start = changed.map((url) => this.#step(url, undefined, true));
    const stop = this.#walk(start) ?? this.#walkOptional();
    if (stop) return { type: 'reload', report: stop };
    const covered = this.#covered();
    const uncovered = [...this.#steps.values()].filter(
      (step) => step.required && !covered.has(step.url),
    );
    const deadEnds = uncovered.filter(({ url }) => !this.#page.departed.has(url));
    const terminal = deadEnds.find((step) => step.importers.length === 0) ?? deadEnds.at(-1);
    return terminal ? this.#deadEnd(terminal) : this.#application(covered, uncovered);
  }

  /** Breadth first from the changed modules. Returns a reason to reload that needs no look further. */
  #walk(queue: Step[]): ReloadReport | undefined {
    for (const step of queue) {
      const stop = this.#visit(step, queue);
      if (stop) return stop;
    }
    return undefined;
  }

  #walkOptional(): ReloadReport | undefined {
    const queue: Step[] = [];
    for (const step of this.#bubbled) {
      const stop = this.#goOn(step, queue, false);
      if (stop) return stop;
    }
    return this.#walk(queue);
  }

  #visit(step: Step, queue: Step[]): ReloadReport | undefined {
    const { url, node } = step;
    if (url === this.#page.url) {
      return step.from ? undefined : this.#report({ cause: 'page', chain: [url] });
    }
    if (node?.kind === 'style' && this.#swapsStyle(node)) return undefined;
    const hasDeparted = this.#page.departed.has(url);
    const isData = node?.kind === 'asset' || node?.kind === 'page';
    if (isData && !hasDeparted && !this.#isModule(node)) {
      if (this.#page.showsImage(url)) {
        this.#images.set(url, { url, version: node.version });
        return undefined;
      }
      return this.#report({ cause: 'resource', chain: chainOf(step) });
    }
    const registered = this.#page.current(url)?.registered;
    // The server tells about modules without a record in the page.
    const declines = registered ? registered.declined : node?.acceptance === 'declines';
    if (declines && !hasDeparted) return this.#report({ cause: 'declined', chain: chainOf(step) });
    if (this.#acceptsItself(step, registered)) {
      this.#boundaries.push({ module: url, accepted: url, specifiers: [] });
      if (registered?.bubbles) this.#bubbled.push(step);
      return undefined;
    }
    return this.#goOn(step, queue, step.required);
  }

  #goOn(step: Step, queue: Step[], required: boolean): ReloadReport | undefined {
    for (const importer of step.node?.importers ?? []) {
      if (!this.#isLoaded(importer.url)) continue;
      if (!this.#page.imports(importer.url, step.url)) continue;
      const hasDeparted = this.#page.departed.has(importer.url);
      const isStale = this.#nodes.has(importer.url);
      const registered = this.#page.current(importer.url)?.registered;
      const isNamed = (specifier: string) =>
        importer.accepts.includes(specifier) ||
        this.#page.resolve(importer.url, specifier) === step.url;
      if (registered?.declinedDependencies.some(isNamed) && !hasDeparted) {
        return this.#report({ cause: 'declined', chain: [...chainOf(step), importer.url] });
      }
      // A departed module that is to run again accepts nothing: in a cycle, modules would wait for each other.
      const specifiers =
        (hasDeparted && isStale) || this.#gaveUp.has(importer.url)
          ? []
          : (registered?.specifiers.filter(isNamed) ?? []);
      if (hasDeparted && !isStale && specifiers.length === 0) continue;
      step.importers.push(importer.url);
      if (specifiers.length > 0) {
        this.#boundaries.push({ module: importer.url, accepted: step.url, specifiers });
      } else if (!this.#steps.has(importer.url)) {
        queue.push(this.#step(importer.url, step, required));
      }
    }
    return undefined;
  }

  /** Whether an input changed: a file of which it is unknown what is made of it. The page may show that. */
  #ofInput(): ReloadReport | undefined {
    const { changed } = this.#update;
    const input = changed.find((url) => this.#nodes.get(url)?.kind === 'input');
    return input === undefined ? undefined : this.#report({ cause: 'input', chain: [input] });
  }

  /**
   * Whether a worker or another script outside of the page has loaded the change. The page itself does not see what a
   * worker loads.
   */
  #elsewhere(): ReloadReport | undefined {
    const cameFrom = new Map<string, string | undefined>();
    for (const url of this.#update.changed) cameFrom.set(url, undefined);
    for (const url of cameFrom.keys()) {
      if (this.#page.isElsewhere(url)) {
        const chain: string[] = [];
        for (let at: string | undefined = url; at !== undefined; at = cameFrom.get(at)) {
          chain.push(at);
        }
        return this.#report({ cause: 'resource', chain: chain.reverse() });
      }
      for (const importer of this.#nodes.get(url)?.importers ?? []) {
        if (!cameFrom.has(importer.url)) cameFrom.set(importer.url, url);
      }
    }
    return undefined;
  }

  #step(url: string, from: Step | undefined, required: boolean): Step {
    const step = { url, node: this.#nodes.get(url), from, required, importers: [] };
    this.#steps.set(url, step);
    return step;
  }

  #isLoaded(url: string): boolean {
    if ((pageOfInline(url) ?? url) === this.#page.url) return true;
    if (this.#nodes.get(url)?.kind !== 'page') return this.#page.isLoaded(url);
    // Another page is of interest as data only: one in a frame looks after itself.
    const by = this.#page.loadedBy(url);
    return by.has('fetch') || by.has('xmlhttprequest');
  }

  /** Whether a module gave up the update that evaluated it: its code is what it is to be. */
  #hasRun(url: string, version: number): boolean {
    return this.#gaveUp.has(url) && this.#page.hasRun(url, version);
  }

  /** Whether the page has something older than a change: what loaded while the update was on its way has not. */
  #isDue(changed: string): boolean {
    if (this.#gaveUp.has(changed)) return true;
    const node = this.#nodes.get(changed);
    if (node?.body && this.#page.runs(node.body)) return false;
    const newest = node?.body?.definition.version ?? node?.version ?? 0;
    return (this.#page.version(changed) ?? -1) < newest;
  }

  #acceptsItself({ url, node }: Step, registered: Running['registered'] | undefined): boolean {
    if (!registered || this.#gaveUp.has(url) || pageOfInline(url) !== undefined) return false;
    // Without the server's word there is no new code of it.
    if (!node) return false;
    if (registered.acceptsItself) return true;
    return node.acceptance === 'exports'
      ? this.#acceptsExports(node, registered)
      : expectsAcceptance(node) && registered.touchedData;
  }

  /** Whether nothing in this page uses other exports than those that it accepts updates of. */
  #acceptsExports({ importers }: StaleModule, { acceptedExports }: Running['registered']): boolean {
    const used = importers.flatMap(({ url, uses }) => (this.#isLoaded(url) ? uses : []));
    return acceptedExports !== undefined && used.every((name) => acceptedExports.includes(name));
  }

  /** Whether the page can give a style sheet new text, for everybody who uses it. */
  #swapsStyle(node: StaleModule): boolean {
    const { url, version } = node;
    const shown = this.#page.showsStyle(url);
    const by = this.#page.loadedBy(url);
    const imported = by.has('script') || this.#isModule(node);
    const isDropped = !shown && !imported && by.size > 0 && [...by].every(isOfLink);
    if (isDropped) this.#dropped.add(url);
    if (shown) this.#styles.set(url, { url, version });
    if (imported) this.#sheets.set(url, { url, version });
    return shown || imported || isDropped;
  }

  /** Whether a script of this page imports it: a JSON or CSS module, not something fetched. */
  #isModule(node: StaleModule): boolean {
    return node.importers.some(
      ({ url }) => url !== this.#page.url && this.#isLoaded(url) && this.#isScript(url),
    );
  }

  #isScript(url: string): boolean {
    return (this.#nodes.get(url)?.kind ?? 'script') === 'script';
  }

  /** The modules that are renewed once every accepted module is imported anew. */
  #covered(): Set<string> {
    const imports = new Map<string, string[]>();
    for (const step of this.#steps.values()) {
      for (const importer of step.importers) {
        imports.set(importer, [...(imports.get(importer) ?? []), step.url]);
      }
    }
    const covered = new Set(this.#boundaries.map((boundary) => boundary.accepted));
    for (const url of covered) for (const imported of imports.get(url) ?? []) covered.add(imported);
    for (const url of this.#inPlace()) covered.add(url);
    return covered;
  }

  /** What gets new content without being evaluated. */
  #inPlace(): Set<string> {
    const renewed = [this.#styles, this.#sheets, this.#images].flatMap((some) => [...some.keys()]);
    return new Set([...renewed, ...this.#dropped]);
  }

  #deadEnd(step: Step): Plan {
    const chain = chainOf(step);
    const silent = stepsTo(step).find(
      ({ url, node }) => node && expectsAcceptance(node) && !this.#gaveUp.has(url),
    )?.url;
    const ran = silent !== undefined && this.#page.current(silent) !== undefined;
    if (ran && !step.node && step.url !== this.#page.url) return { type: 'giveUp', module: silent };
    if (silent !== undefined && !ran) {
      return { type: 'reload', report: this.#report({ cause: 'notEvaluated', chain, silent }) };
    }
    const invalidated = this.#update.invalidated;
    const report = invalidated
      ? this.#report({ cause: 'invalidated', chain, note: invalidated.message })
      : this.#report({ cause: 'deadEnd', chain });
    return { type: 'reload', report };
  }

  /**
   * @param uncovered Modules that are not evaluated anew, since no code needs them. Their next importer evaluates them.
   */
  #application(covered: Set<string>, uncovered: readonly Step[]): Plan {
    const leaving = uncovered.map(({ url }) => url);
    const inPlace = this.#inPlace();
    const stale = this.#update.stale.flatMap((node): Renewal[] => {
      const { url, version } = node;
      const step = this.#steps.get(url);
      if (!step || !covered.has(url) || inPlace.has(url)) return [];
      const importers = step.importers.filter((one) => covered.has(one));
      return [{ url, version, importers }];
    });
    const present = stale.filter(({ url, version }) => this.#hasRun(url, version));
    const renewals = stale.filter((renewal) => !present.includes(renewal));
    const renewed = new Set(renewals.map(({ url }) => url));
    // A module that is evaluated anew imports its new dependencies by itself.
    const boundaries = this.#boundaries.filter(
      ({ module, accepted }) => module === accepted || !renewed.has(module),
    );
    if (boundaries.length === 0 && inPlace.size === this.#dropped.size)
      return { type: 'nothing', leaving };
    const order = new Map(stale.map(({ url }, index) => [url, index]));
    const position = ({ accepted }: Boundary) => order.get(accepted) ?? 0;
    return {
      type: 'apply',
      leaving,
      boundaries: boundaries.sort((a, b) => position(a) - position(b)),
      stale: renewals,
      present: present.map(({ url }) => url),
      styles: [...this.#styles.values()],
      sheets: [...this.#sheets.values()],
      images: [...this.#images.values()],
    };
  }

  #report(facts: Omit<Facts, 'page'>): ReloadReport {
    return composeReport({ ...facts, page: this.#page.url });
  }
}

function expectsAcceptance({ acceptance }: StaleModule): boolean {
  return acceptance !== 'none' && acceptance !== 'declines';
}

/** Whether a link or an `@import` asks for something in this way. */
function isOfLink(initiator: string): boolean {
  return initiator === 'link' || initiator === 'css';
}

function stepsTo(step: Step): Step[] {
  const steps: Step[] = [];
  for (let at: Step | undefined = step; at; at = at.from) steps.push(at);
  return steps.reverse();
}

function chainOf(step: Step): string[] {
  return stepsTo(step).map(({ url }) => url);
}
