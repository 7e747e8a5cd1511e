/**
 * Saves while an update is applied: they wait, and the last bytes win.
 */

import ava from 'ava';
import { startApp } from '../../helpers/app.js';
import { closeBrowser, waitFor } from '../../helpers/browser.js';
import { wasHot } from '../../helpers/expect.js';
import { dep, MAIN, neverWentBack, pause, updates } from '../../helpers/saves.js';

// One after the other: what is tested here is the order of things.
const test = ava.serial;

ava.after.always(closeBrowser);

const value = () => globalThis.value;
const values = () => globalThis.values;

test('a save during an update waits for it and is applied after it', async (t) => {
  const slow = (number) => `export const value = ${number};
globalThis.log ??= [];
globalThis.log.push('run ${number}');
import.meta.hot.dispose(async () => {
  globalThis.log.push('dispose ${number}');
  await new Promise((resolve) => { globalThis.release = resolve; });
  globalThis.log.push('disposed ${number}');
});
`;
  const { project, server, tab } = await startApp(t, { 'main.js': MAIN, 'dep.js': slow(1) });
  const log = () => globalThis.log;
  await tab.until(log, ['run 1']);
  await project.write('dep.js', slow(2));
  await tab.until(log, ['run 1', 'dispose 1']);
  await project.write('dep.js', slow(3));
  await waitFor(
    () => updates(server).length === 2,
    () => JSON.stringify(server.events),
  );
  t.deepEqual(await tab.evaluate(log), ['run 1', 'dispose 1']);
  await tab.evaluate(() => {
    const { release } = globalThis;
    globalThis.release = undefined;
    release();
  });
  await tab.until(() => globalThis.log.at(-1), 'dispose 2');
  await tab.evaluate(() => globalThis.release());
  await tab.until(value, 3);
  t.is((await tab.evaluate(log)).at(-1), 'run 3');
  neverWentBack(t, await tab.evaluate(values), 3);
  wasHot(t, tab);
});

test('ten saves within 50 ms while an update is in flight become few, and the last bytes win', async (t) => {
  const { project, server, tab } = await startApp(t, {
    'main.js': `import { value } from './dep.js';
globalThis.values = [value];
import.meta.hot.accept('./dep.js', async (dep) => {
  globalThis.values.push(dep.value);
  if (dep.value === 2) await new Promise((resolve) => { globalThis.release = resolve; });
});
`,
    'dep.js': dep(1),
  });
  await project.write('dep.js', dep(2));
  await tab.until(values, [1, 2]);
  for (let number = 3; number < 13; number += 1) {
    await Promise.all([project.write('dep.js', dep(number)), pause(5)]);
  }
  const served = async () => (await fetch(server.url('/dep.js'))).text();
  await waitFor(
    async () => (await served()).includes('12') && updates(server).length > 1,
    () => JSON.stringify(server.events),
  );
  t.deepEqual(await tab.evaluate(values), [1, 2]);
  await tab.evaluate(() => globalThis.release());
  await tab.until(() => globalThis.values.at(-1), 12);
  const seen = await tab.evaluate(values);
  neverWentBack(t, seen, 12);
  t.true(seen.length < 8, `${seen}`);
  wasHot(t, tab);
});

test('saves during the accept callback of an update are applied after it', async (t) => {
  const { project, tab } = await startApp(t, {
    'main.js': `import { value } from './dep.js';
globalThis.value = value;
globalThis.log = [];
import.meta.hot.accept('./dep.js', async (dep) => {
  globalThis.log.push('start ' + dep.value);
  if (dep.value === 2) await new Promise((resolve) => { globalThis.release = resolve; });
  globalThis.log.push('end ' + dep.value);
  globalThis.value = dep.value;
});
`,
    'dep.js': dep(1),
  });
  const log = () => globalThis.log;
  await project.write('dep.js', dep(2));
  await tab.until(log, ['start 2']);
  await project.write('dep.js', dep(3));
  await project.write('dep.js', dep(4));
  await tab.evaluate(() => globalThis.release());
  await tab.until(value, 4);
  const seen = await tab.evaluate(log);
  t.deepEqual(seen.slice(0, 2), ['start 2', 'end 2']);
  t.deepEqual(seen.slice(-2), ['start 4', 'end 4']);
  wasHot(t, tab);
});
