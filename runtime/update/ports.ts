/**
 * What a runtime needs from the browser, and what it is to know of its page.
 */
import type { ModulePorts } from '../modules/modules.js';
import type { ReloadReport } from '../protocol.js';
import type { Problem } from '../tell/problems.js';
import type { ApplyPorts } from './apply.js';
import type { LeavePorts } from './leave.js';

/** What modules need from the page, but for what the runtime itself does. */
type PagePorts = Omit<ModulePorts, 'version' | 'equip' | 'dispose' | 'committed' | 'retired'>;

/** What a runtime needs from the browser. */
export interface Ports extends ApplyPorts, LeavePorts, PagePorts {
  /** Whether the page ever fetched the module and still uses it. */
  isLoaded(url: string): boolean;
  /** Whether the page fetched the module just now, by an import. */
  isComing(url: string): boolean;
  /** The oldest version that the page fetched of a module; `undefined` when it fetched none, or only its text. */
  loadedVersion(url: string): number | undefined;
  /** The version that the page fetched of a module last, by whatever it was; `undefined` when it fetched none. */
  lastVersion(url: string): number | undefined;
  /** Whether a link or a `<style>` of the page shows the style sheet, directly or by `@import`. */
  showsStyle(url: string): boolean;
  /** What asked for a resource, in the browser's words: `script`, `link`, `fetch`. */
  loadedBy(url: string): ReadonlySet<string>;
  /** Whether the page shows the image, and uses it nowhere else. */
  showsImage(url: string): boolean;
  /** Whether something that the page started runs or shows it: a worker, a worklet, a frame without an address. */
  isElsewhere(url: string): boolean;
  /** Whether something else than a module uses a module: an element, or a `fetch()`. */
  isUsedOtherwise(url: string): boolean;
  /** Reloads the page. */
  reload(report: ReloadReport): void;
  /** Milliseconds since some start. */
  now(): number;
  /** These are all problems of the page now. */
  showProblems(problems: readonly Problem[]): void;
}

/** What a page is at its start. */
export interface Identity {
  /** The url of its HTML, `null` when the server does not know it. */
  readonly page: string | null;
  /** The server's run that served it, where its HTML says so. Another one that knows it may go on with it. */
  readonly session?: string | undefined;
  /** The version that it was served at, where its HTML says so. */
  readonly version?: number | undefined;
}
