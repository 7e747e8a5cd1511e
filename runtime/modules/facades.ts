/**
 * Lets native code import modules that the client runs: under the address of such a module the browser finds, by
 * an import map, a small module with the same exports.
 */

/** What facades need from the page. */
export interface FacadePorts {
  /** The modules that ran since the last call. */
  takeFresh(): { address: string; names: string[] }[];
  /** Adds an import map to the page. */
  addMap(imports: Record<string, string>): void;
  /** Whether that works. Where it does not, the server has to help. */
  takesMaps(): boolean;
}

/** The facades of a page. */
export class Facades {
  readonly #ports: FacadePorts;

  constructor(ports: FacadePorts) {
    this.#ports = ports;
  }

  /** Makes those that are missing. To be called before native code could import anything new. */
  flush(): void {
    const fresh = this.#ports.takeFresh();
    if (fresh.length === 0 || !this.#ports.takesMaps()) return;
    const imports = fresh.map(({ address, names }) => [address, facade(address, names)]);
    this.#ports.addMap(Object.fromEntries(imports));
  }

  /**
   * Lets native code that imports one address get what is at another.
   *
   * @param names The exports of what is there, when the client runs it.
   */
  keep(address: string, running: string, names: ReadonlySet<string> | undefined): void {
    if (!this.#ports.takesMaps()) return;
    this.#ports.addMap({ [address]: names ? facade(running, [...names]) : running });
  }
}

function facade(address: string, names: readonly string[]): string {
  const variables = names.map((_, index) => `a${index}`);
  const declared = variables.length > 0 ? `let ${variables.join(',')};` : '';
  const set = names.map((name, index) => `a${index}=r(${JSON.stringify(name)});`).join('');
  const list = names.map((name, index) => `a${index} as ${JSON.stringify(name)}`).join(',');
  const join = `globalThis.__hotgraph__.join(${JSON.stringify(address)},r=>{${set}});`;
  return `data:text/javascript,${encodeURIComponent(`${declared}${join}export{${list}}`)}`;
}
