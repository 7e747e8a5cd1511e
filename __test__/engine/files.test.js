/**
 * HmrEngine and files that are none, or too large to be held.
 */
import { execFileSync } from 'node:child_process';
import { unlinkSync, utimesSync } from 'node:fs';
import { mkdir, rm, symlink, truncate, unlink, writeFile } from 'node:fs/promises';
import test from 'ava';
import { Bench } from '../helpers/engine.js';

for (const [what, make] of [
  ['a pipe', (path) => execFileSync('mkfifo', [path])],
  ['a device', (path) => symlink('/dev/zero', path)],
  ['a folder', (path) => mkdir(path)],
]) {
  test(`a served file that becomes ${what} is reported, and the file that takes its place is an update`, async (t) => {
    const bench = new Bench(t, {});
    bench.add({ 'main.js': "import './a.js';", 'a.js': '1', 'other.js': '1' });
    await bench.hello(1);
    const path = bench.project.path('a.js');
    await unlink(path);
    await make(path);
    const { diagnostics } = await bench.message(
      (said) => said.type === 'diagnostics' && /became/.test(said.diagnostics[0].message),
    );
    t.is(diagnostics[0].message, `the file became ${what}`);
    t.is(diagnostics[0].file, path);
    await bench.save('other.js', '2');
    await rm(path, { recursive: true });
    await bench.save('a.js', '2');
    const fixed = bench.said.filter(({ type }) => type === 'recovered');
    t.deepEqual(fixed.at(-1).urls, ['/a.js']);
  });
}

test('a file that is deleted right after it was served is reported, and comes back', async (t) => {
  const bench = new Bench(t, {});
  bench.project.writeNow('a.js', '1');
  bench.serve('a.js', '1');
  // Nobody watches it yet: that is left for a quiet moment.
  unlinkSync(bench.project.path('a.js'));
  await bench.message(
    ({ type, diagnostics }) => type === 'diagnostics' && /deleted/.test(diagnostics[0].message),
  );
  await bench.hello(1);
  const { changed } = await bench.save('a.js', '2');
  t.deepEqual(changed, ['/a.js']);
});

test('a file that is larger than any memory changes like others', async (t) => {
  const bench = new Bench(t, {});
  bench.add({ 'main.js': '1' });
  const path = bench.project.path('video.mp4');
  const grow = (bytes) => truncate(path, bytes);
  await writeFile(path, '');
  await grow(3e12);
  bench.engine.serveResource('/video.mp4', 'asset', path, Date.now(), null);
  await bench.hello(1);
  const before = process.memoryUsage().rss;
  await grow(3e12 + 1);
  await bench.update('/video.mp4');
  await bench.save('main.js', '2');
  t.true(process.memoryUsage().rss - before < 100e6);
});

test('a file that is served as many modules at once is no change', async (t) => {
  const bench = new Bench(t, {});
  const path = bench.project.path('a.js');
  bench.project.writeNow('a.js', '1');
  // Nobody has just written it.
  utimesSync(path, 1, 1);
  bench.add({ 'other.js': '1' });
  for (let round = 0; round < 150; round += 1) {
    for (const part of ['one', 'two', 'three']) {
      const url = `/a.js?${part}=${round}`;
      bench.engine.serveScript(url, `export const ${part} = ${round};`, path, Date.now());
    }
    // Gives the engine, a thread of its own, a chance to look at the file between two of them.
    await new Promise((resolve) => setTimeout(resolve, (round * 7) % 60));
  }
  await bench.hello(1);
  await bench.save('other.js', '2');
  t.deepEqual(
    bench.said.filter(({ type }) => type === 'updated').map(({ files }) => files),
    [[bench.project.path('other.js')]],
  );
});
