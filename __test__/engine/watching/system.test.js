/**
 * The watches of the operating system: how many there are, and what happens where it sends no events.
 */

import { execFile, execFileSync } from 'node:child_process';
import { linkSync, mkdirSync, readFileSync, utimesSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import ava from 'ava';
import { HmrEngine } from 'hotgraph';
import { Project } from '../../helpers/project.js';
import { waitFor } from '../../helpers/wait.js';
import { code, engineThreads, startProgram, startWatched, watches } from '../../helpers/watched.js';

// One after the other: what is tested here is the order of things.
const test = ava.serial;

const run = promisify(execFile);
const onLinux = process.platform === 'linux' ? test : test.skip;

onLinux(
  'a project of 20,000 folders costs a watch for each folder that something was served of',
  async (t) => {
    const project = new Project({ 'main.js': '1;', 'src/a/dep.js': '1;', 'src/b/other.js': '1;' });
    t.teardown(() => project.dispose());
    for (let index = 0; index < 20_000; index += 1)
      mkdirSync(project.path(`src/${index % 200}/${index}`), { recursive: true });
    const files = ['main.js', 'src/a/dep.js', 'src/b/other.js'];
    const { pid } = await startProgram(t, project, { files });
    // The root, src, a and b.
    await waitFor(
      () => watches(pid) >= 4,
      () => `${watches(pid)} watches`,
    );
    t.is(watches(pid), 4);
  },
);

onLinux('while nothing happens the engine does nothing, not even by a timer', async (t) => {
  const project = new Project({ 'dep.js': code(1) });
  t.teardown(() => project.dispose());
  const program = await startProgram(t, project, { files: ['dep.js'] });
  await project.write('dep.js', code(2));
  await program.said(`${project.path('dep.js')}: ${code(2).trim()}`);
  const isSame = (one, other) => JSON.stringify(one) === JSON.stringify(other);
  let before;
  await waitFor(
    async () => {
      before = engineThreads(program.pid);
      // Time is the subject: a timer would wake a thread within it.
      await pause(1_500);
      return isSame(engineThreads(program.pid), before);
    },
    () => `${JSON.stringify(before)}, and more 1.5 s later`,
  );
  t.deepEqual(Object.keys(before).sort(), ['hotgraph', 'notify-rs inoti']);
});

onLinux('a queue of events that overflows: everything is looked at again', async (t) => {
  const project = new Project({ 'dep.js': code(1), 'src/other.js': code(1) });
  t.teardown(() => project.dispose());
  const program = await startProgram(t, project, { files: ['dep.js', 'src/other.js'] });
  // Once it has seen a save it is known to watch.
  for (const name of ['dep.js', 'src/other.js']) {
    await project.write(name, code(2));
    await program.said(`${project.path(name)}: ${code(2).trim()}`);
  }
  const limit = Number(readFileSync('/proc/sys/fs/inotify/max_queued_events', 'utf8'));
  process.kill(program.pid, 'SIGSTOP');
  // Each is created, opened and closed: more events than the queue holds while nothing takes them out.
  for (let index = 0; index <= limit / 3 + 100; index += 1) project.writeNow(`noise-${index}`, '');
  await project.write('dep.js', code(3));
  await project.writeAtomically('src/other.js', code(4));
  process.kill(program.pid, 'SIGCONT');
  await program.said(`${project.path('dep.js')}: ${code(3).trim()}`);
  await program.said(`${project.path('src/other.js')}: ${code(4).trim()}`);
  // And it goes on as before.
  await project.write('dep.js', code(5));
  await program.said(`${project.path('dep.js')}: ${code(5).trim()}`);
  t.false(program.output.includes('"watcher"'), program.output);
});

/** Whether limits can be set for a process of its own, which takes a user namespace. */
function canLimit() {
  try {
    execFileSync('unshare', ['-Ur', 'sh', '-c', 'echo 1 > /proc/sys/user/max_inotify_watches'], {
      stdio: 'ignore',
    });
    return true;
  } catch {
    return false;
  }
}
const withLimits = process.platform === 'linux' && canLimit() ? test : test.skip;

for (const [limits, watched, remedy] of [
  [{ max_inotify_watches: 3 }, 3, 'fs.inotify.max_user_watches'],
  [{ max_inotify_watches: 0 }, 0, 'fs.inotify.max_user_watches'],
  [{ max_inotify_instances: 0 }, 0, 'fs.inotify.max_user_instances'],
]) {
  withLimits(
    `files are polled where events cannot be had: ${JSON.stringify(limits)}`,
    async (t) => {
      const files = ['dep.js', 'a/dep.js', 'b/dep.js', 'c/dep.js', 'd/dep.js'];
      const project = new Project(Object.fromEntries(files.map((name) => [name, code(1)])));
      t.teardown(() => project.dispose());
      const program = await startProgram(t, project, { files }, limits);
      await program.said('"watcher"');
      t.is(watches(program.pid), watched);
      for (const number of [2, 3]) {
        for (const name of files) {
          await project[number === 2 ? 'write' : 'writeAtomically'](name, code(number));
          await program.said(`${project.path(name)}: ${code(number).trim()}`);
        }
      }
      await project.remove('d');
      await project.write('d/dep.js', code(4));
      await program.said(`${project.path('d/dep.js')}: ${code(4).trim()}`);
      const complaints = program.output.split('\n').filter((line) => line.includes('"watcher"'));
      t.is(complaints.length, 1);
      t.true(complaints[0].includes(remedy), complaints[0]);
    },
  );
}

test('a change that no event told of is found when a page gets it, and its folder is polled from then on', async (t) => {
  // The system does not tell a watcher of the first folder what is written under the other name.
  const watched = await startWatched(t, { 'src/dep.js': code(1), 'src/other.js': code(1) });
  mkdirSync(watched.path('hidden'));
  for (const name of ['dep.js', 'other.js'])
    linkSync(watched.path(`src/${name}`), watched.path(`hidden/${name}`));
  await writeFile(watched.path('hidden/dep.js'), code(2));
  const longAgo = new Date(Date.now() - 5_000);
  utimesSync(watched.path('hidden/dep.js'), longAgo, longAgo);
  watched.serve('src/dep.js');
  await watched.knows('src/dep.js', code(2));
  await watched.event(({ type }) => type === 'watcher');
  for (const name of ['dep.js', 'other.js', 'dep.js']) {
    await writeFile(watched.path(`hidden/${name}`), code(`'${name} again'`));
    await watched.knows(`src/${name}`, code(`'${name} again'`));
  }
  t.is(watched.complaints().length, 1);
  t.true(watched.complaints()[0].includes(watched.path('src')), watched.complaints()[0]);
});

onLinux('polling 5,000 files takes less than 5 % of the time', async (t) => {
  const files = Array.from({ length: 5_000 }, (_, index) => `src/${index % 100}/${index}.js`);
  const project = new Project(Object.fromEntries(files.map((name) => [name, '1;'])));
  t.teardown(() => project.dispose());
  const program = await startProgram(t, project, { files, watch: 'poll' });
  const poller = () => engineThreads(program.pid)['hotgraph-poll'];
  // All are followed when the last one is.
  await project.write(files.at(-1), code(2));
  await program.said(`${project.path(files.at(-1))}: ${code(2).trim()}`);
  const before = poller();
  // Time is the subject: the share of it that polling takes.
  await pause(5_000);
  const after = poller();
  t.true(after.woken > before.woken, 'it polls');
  const share = ((after.ticks - before.ticks) * 10) / 5_000;
  t.log(`${share * 100} %`);
  t.true(share < 0.05, `${share * 100} %`);
  await project.write(files[0], code(3));
  await program.said(`${project.path(files[0])}: ${code(3).trim()}`);
});

test('watch is true, false or poll', (t) => {
  t.throws(() => new HmrEngine({ root: '/', clientUrl: '/c.js', watch: 'often' }, () => {}), {
    message: /"poll"/,
  });
});

/** Whether permissions say nothing to this process: then `nobody` runs what is to be stopped by them. */
const isRoot = process.getuid?.() === 0;
const NOBODY = { uid: 65534, gid: 65534 };

onLinux('a file that becomes unreadable is reported, and not served from memory', async (t) => {
  const program = fileURLToPath(new URL('../../helpers/unreadable.js', import.meta.url));
  const options = { ...(isRoot && NOBODY), timeout: 60_000 };
  const mayRead = run(process.execPath, ['-e', 'fs.accessSync(process.argv[1])', program], options);
  if (
    await mayRead.then(
      () => false,
      () => true,
    )
  )
    return t.pass('nobody may read this folder');
  const { stdout } = await run(process.execPath, [program], options);
  t.deepEqual(JSON.parse(stdout), [
    ['at first', true, '1'],
    ['saved', true, '2'],
    ['unreadable', false, null],
    ['readable again', true, '2'],
    ['replaced by an unreadable one', false, null],
    ['that is readable now', true, '3'],
  ]);
});
