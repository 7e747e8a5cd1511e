/** What the measurements were made with. */
import { readFileSync } from 'node:fs';
import { arch, cpus, platform, release, totalmem } from 'node:os';

/**
 * The machine, today.
 *
 * @param {string} browser Its name and version.
 */
export function conditions(browser) {
  return {
    date: new Date().toISOString().slice(0, 10),
    cpu: cpus()[0].model.trim(),
    cores: cpus().length,
    memory: `${Math.round(totalmem() / 2 ** 30)} GB`,
    system: `${distribution()}${platform()} ${release().split('.', 2).join('.')} on ${arch()}`,
    node: process.version.slice(1),
    browser,
  };
}

/** What a Linux calls itself. */
function distribution() {
  try {
    const [, name] =
      /^PRETTY_NAME="?([^"\n]+)/m.exec(readFileSync('/etc/os-release', 'utf8')) ?? [];
    return name ? `${name}, ` : '';
  } catch {
    return '';
  }
}

/** The conditions in one sentence. */
export const describe = ({ date, cpu, cores, memory, system, node, browser, note }) =>
  `${date}, ${cpu} with ${cores} cores and ${memory}, ${system}, Node ${node}, ${browser}.` +
  `${note ? ` ${note}` : ''}`;
