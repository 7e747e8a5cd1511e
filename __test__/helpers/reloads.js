/**
 * What tests of full reloads have in common.
 */

import { hasLoaded } from './expect.js';

/** A page whose only script is this one. */
export const page = (script) =>
  `<!doctype html><html><head></head><body><script type="module" src="./${script}"></script></body></html>`;

/** The report of the only reload so far, which the console of the reloaded page tells too. */
export async function reloadReport(t, { tab, server }) {
  await tab.loaded(2);
  const { report } = await server.event((event) => event.type === 'reloaded');
  const before = await tab.logged('reloading: ');
  const after = await tab.logged('reloaded: ');
  for (const { type, text } of [before, after]) {
    t.is(type, 'warning');
    t.true(text.includes(report.message), text);
    if (report.remedy !== null) t.true(text.includes(report.remedy), text);
  }
  await hasLoaded(t, tab, 2);
  t.is(server.events.filter((event) => event.type === 'reloaded').length, 1);
  return report;
}
