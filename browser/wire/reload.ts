/**
 * Full reloads, and their reasons, which survive them: in the console of the old page and of the new
 * one, and from there in the terminal.
 */

import type { ReloadReport } from '../../runtime/protocol.js';
import { describeReload, type Log } from '../../runtime/tell/log.js';

const KEY = 'hotgraph:reload';

/** What reloading needs from the browser. */
export interface ReloadPorts {
  /** Kept over a reload, in this tab only. Getting it may throw, where the browser forbids storage. */
  storage(): Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;
  /** Reloads the page. */
  reload(): void;
}

/** Makes a function that reloads the page. */
export function createReload(ports: ReloadPorts, log: Log): (report: ReloadReport) => void {
  return (report) => {
    log.warn(`reloading: ${describeReload(report)}`);
    try {
      ports.storage().setItem(KEY, JSON.stringify(report));
    } catch {
      // The reason was printed above; without storage it does not survive.
    }
    ports.reload();
  };
}

/** The reason why this page was reloaded, if it was, printed. The next call knows of none. */
export function takeLastReload(ports: ReloadPorts, log: Log): ReloadReport | null {
  try {
    const text = ports.storage().getItem(KEY);
    if (text === null) return null;
    ports.storage().removeItem(KEY);
    const report: ReloadReport = JSON.parse(text);
    log.warn(`reloaded: ${describeReload(report)}`);
    return report;
  } catch {
    return null;
  }
}
