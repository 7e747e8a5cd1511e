/** What every host of the runtime has: browsers, workers and Node. Nothing else of a host may be used here. */

declare function setTimeout(run: () => void, milliseconds?: number): number;
declare function clearTimeout(timer: number | undefined): void;
declare function queueMicrotask(run: () => void): void;

declare class URL {
  constructor(address: string, base?: string);
  readonly href: string;
  readonly origin: string;
  readonly pathname: string;
  readonly search: string;
}

interface ImportMeta {
  url: string;
  resolve(specifier: string): string;
}
