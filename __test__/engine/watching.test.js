/**
 * The engine comes to know the last bytes of a file, whatever way it is written, moved, replaced or hidden. Real files,
 * the real watcher, and the programs themselves where they are installed; no browser.
 */

import { execFile, execFileSync, spawn } from 'node:child_process';
import { linkSync, mkdirSync, readdirSync, readFileSync, renameSync, utimesSync } from 'node:fs';
import { mkdir, open, rename, rm, symlink, unlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import ava from 'ava';
import { HmrEngine } from 'hotgraph';
import { Program } from '../helpers/command.js';
import { Project } from '../helpers/project.js';
import { waitFor } from '../helpers/wait.js';

// One after the other: what is tested here is the order of things.
const test = ava.serial;

const run = promisify(execFile);
const onLinux = process.platform === 'linux' ? test : test.skip;

/** An engine that has served some files, and what it said to the host. */
class Watched {
  events = [];

  constructor(
    t,
    files,
    {
      root = '.',
      watch = true,
      serve = Object.keys(files).filter((name) => name !== 'ready/file.js'),
    } = {},
  ) {
    this.project = new Project(files);
    this.root = this.project.path(root);
    this.engine = new HmrEngine(
      { root: this.root, clientUrl: '/client.js', watch },
      (client, text) => {
        if (client === 0) this.events.push(JSON.parse(text));
      },
    );
    t.teardown(() => {
      this.engine.close();
      this.project.dispose();
    });
    for (const name of serve) this.serve(name);
  }

  path(name) {
    return join(this.root, name);
  }

  /** Serves a file as it is now. */
  serve(name, file = this.path(name)) {
    this.engine.serveScript(`/${name}`, readFileSync(file, 'utf8'), file, Date.now());
  }

  /** Waits until what the engine knows of a file are its last bytes. */
  async knows(name, text) {
    await waitFor(
      () => this.engine.savedSource(this.path(name)) === text,
      () =>
        `${name} should be ${text}, is ${this.engine.savedSource(this.path(name))}\n${JSON.stringify(this.events)}`,
    );
  }

  /** Waits for an event; returns it. */
  async event(matches) {
    let found;
    await waitFor(
      () => {
        found = this.events.find(matches);
        return found !== undefined;
      },
      () => `nothing matches ${matches}:\n${JSON.stringify(this.events)}`,
    );
    return found;
  }

  /** How often an update of the file went out. */
  updates(name) {
    const file = this.path(name);
    return this.events.filter(({ files }) => files?.includes(file)).length;
  }

  /** What was said about the watcher. */
  complaints() {
    return this.events.filter(({ type }) => type === 'watcher').map(({ message }) => message);
  }
}

/** An engine that has served files and follows them: it has come to know a change since. */
async function startWatched(t, files, options) {
  const watched = new Watched(t, { 'ready/file.js': '1;', ...files }, options);
  const file = watched.project.path('ready/file.js');
  watched.serve('ready.js', file);
  await writeFile(file, '2;');
  await waitFor(
    () => watched.events.some(({ files }) => files?.includes(file)),
    () => JSON.stringify(watched.events),
  );
  watched.events.length = 0;
  return watched;
}

const code = (number) => `export const value = ${number};\n`;

// -- how programs save --------------------------------------------------------------------------------

function isInstalled(program) {
  try {
    execFileSync(program, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const substitute = (text) => `%s/value = .*;/${text.trim().replace('export const ', '')}/`;
const vim = (backup) => (file, text) =>
  run('vim', [
    '-u',
    'NONE',
    '-N',
    '-n',
    '-es',
    '-c',
    `set nobackup writebackup backupcopy=${backup}`,
    '-c',
    substitute(text),
    '-c',
    'wq',
    file,
  ]);

/** Ways to save: what they need, and the save itself. */
const SAVES = {
  'vim itself, which renames the old file (backupcopy=no)': [isInstalled('vim'), vim('no')],
  'vim itself, which keeps the file (backupcopy=yes)': [isInstalled('vim'), vim('yes')],
  'sed -i itself': [
    process.platform === 'linux',
    (file, text) =>
      run('sed', ['-i', `s/value = .*;/${text.trim().replace('export const ', '')}/`, file]),
  ],
  'vim: the old file is renamed, the new one written, the old one deleted': [
    true,
    async (file, text) => {
      await rename(file, `${file}~`);
      await writeFile(file, text);
      await unlink(`${file}~`);
    },
  ],
  'VS Code: in place': [true, (file, text) => writeFile(file, text)],
  'VS Code: a temporary file is renamed over the old one': [
    true,
    async (file, text) => {
      await writeFile(`${file}.vsctmp`, text);
      await rename(`${file}.vsctmp`, file);
    },
  ],
  'JetBrains: the new file is written, the old one renamed, the new one renamed, the old one deleted':
    [
      true,
      async (file, text) => {
        await writeFile(`${file}___jb_tmp___`, text);
        await rename(file, `${file}___jb_old___`);
        await rename(`${file}___jb_tmp___`, file);
        await unlink(`${file}___jb_old___`);
      },
    ],
  'in parts': [
    true,
    async (file, text) => {
      const handle = await open(file, 'w');
      for (const part of [text.slice(0, 3), text.slice(3, 20), text.slice(20)]) {
        await handle.write(part);
        // Shorter than the engine waits for the next part.
        await pause(20);
      }
      await handle.close();
    },
  ],
  'deleted and written again': [
    true,
    async (file, text) => {
      await unlink(file);
      await writeFile(file, text);
    },
  ],
};

for (const [how, [isPossible, save]] of Object.entries(SAVES)) {
  for (const watch of [true, 'poll']) {
    (isPossible ? test : test.skip)(`saved, watch: ${watch}: ${how}`, async (t) => {
      const watched = await startWatched(t, { 'src/dep.js': code(1) }, { watch });
      for (const number of [2, 3, 4]) {
        await save(watched.path('src/dep.js'), code(number));
        await watched.knows('src/dep.js', code(number));
      }
      await watched.event(() => watched.updates('src/dep.js') >= 3);
      t.deepEqual(watched.complaints(), []);
      // Polling cannot tell a writer that pauses from one that is done.
      if (watch !== 'poll') t.is(watched.events.length, 3, JSON.stringify(watched.events));
    });
  }
}

// -- files and folders that come and go ---------------------------------------------------------------

for (const watch of [true, 'poll']) {
  test(`a file that is deleted and restored later is an update, watch: ${watch}`, async (t) => {
    const watched = await startWatched(t, { 'dep.js': code(1) }, { watch });
    for (const number of [2, 3]) {
      await unlink(watched.path('dep.js'));
      const deletions = () => watched.events.filter(({ type }) => type === 'diagnostics').length;
      await watched.event(() => deletions() === number - 1);
      await writeFile(watched.path('dep.js'), code(number));
      await watched.knows('dep.js', code(number));
    }
    await watched.event(() => watched.updates('dep.js') >= 2);
    t.is(watched.updates('dep.js'), 2);
  });

  test(`a file that is made again by a slow writer is not empty, watch: ${watch}`, async (t) => {
    const watched = await startWatched(t, { 'dep.js': code(1) }, { watch });
    await unlink(watched.path('dep.js'));
    const file = await open(watched.path('dep.js'), 'w');
    // Time is the subject: the file is empty for longer than a deleted file is waited for.
    await pause(500);
    await file.write(code(1));
    await file.close();
    await writeFile(watched.path('dep.js'), code(2));
    await watched.knows('dep.js', code(2));
    await watched.event(() => watched.updates('dep.js') >= 1);
    t.is(watched.updates('dep.js'), 1);
  });

  test(`a file that is served before it is known to be back, watch: ${watch}`, async (t) => {
    const watched = await startWatched(t, { 'deep/dep.js': code(1) }, { watch });
    await rename(watched.path('deep'), watched.path('away'));
    const said = (type) => watched.events.some((event) => event.type === type);
    await watched.event(() => said('diagnostics'));
    renameSync(watched.path('away'), watched.path('deep'));
    watched.serve('deep/dep.js');
    await watched.event(() => said('recovered'));
    // Its events came before this one.
    await writeFile(watched.path('deep/dep.js'), code(2));
    await watched.knows('deep/dep.js', code(2));
    await watched.event(() => watched.updates('deep/dep.js') >= 1);
    t.is(watched.updates('deep/dep.js'), 1);
  });

  test(`a file in a new folder is watched, watch: ${watch}`, async (t) => {
    const watched = await startWatched(t, { 'main.js': `import './new/deep/dep.js';` }, { watch });
    await watched.project.write('new/deep/dep.js', code(1));
    await watched.event(() => watched.updates('new/deep/dep.js') === 1);
    watched.serve('new/deep/dep.js');
    await watched.project.write('new/deep/dep.js', code(2));
    await watched.knows('new/deep/dep.js', code(2));
    t.pass();
  });

  test(`a folder that is replaced is watched again, watch: ${watch}`, async (t) => {
    const watched = await startWatched(t, { 'a/b/dep.js': code(1), 'a/other.js': '1;' }, { watch });
    for (const number of [2, 4]) {
      await rm(watched.path('a'), { recursive: true });
      await watched.project.write('a/b/dep.js', code(number));
      await watched.knows('a/b/dep.js', code(number));
      await writeFile(watched.path('a/b/dep.js'), code(number + 1));
      await watched.knows('a/b/dep.js', code(number + 1));
    }
    t.deepEqual(watched.complaints(), []);
  });

  for (const lost of ['home/project', 'home']) {
    for (const when of ['at once', 'later']) {
      test(`${lost === 'home' ? "the root's parent" : 'the root'} is deleted and made again ${when}, watch: ${watch}`, async (t) => {
        const name = 'src/dep.js';
        const files = { 'home/project/src/dep.js': code(1) };
        const watched = await startWatched(t, files, {
          watch,
          root: 'home/project',
          serve: [name],
        });
        for (const number of [2, 4]) {
          await rm(watched.project.path(lost), { recursive: true });
          const deletions = () =>
            watched.events.filter(({ type }) => type === 'diagnostics').length;
          if (when === 'later') await watched.event(() => deletions() === number / 2);
          await watched.project.write(`home/project/${name}`, code(number));
          await watched.knows(name, code(number));
          await writeFile(watched.path(name), code(number + 1));
          await watched.knows(name, code(number + 1));
        }
        t.deepEqual(watched.complaints(), []);
      });
    }
  }

  onLinux(`a file whose name changes in case, watch: ${watch}`, async (t) => {
    const files = { 'main.js': `import './Dep.js';`, 'Dep.js': code(1) };
    const watched = await startWatched(t, files, { watch });
    await writeFile(watched.path('main.js'), `import './dep.js';`);
    await watched.knows('main.js', `import './dep.js';`);
    watched.serve('main.js');
    await rename(watched.path('Dep.js'), watched.path('dep.js'));
    await watched.event(() => watched.updates('dep.js') === 1);
    watched.serve('dep.js');
    await writeFile(watched.path('dep.js'), code(2));
    await watched.knows('dep.js', code(2));
    t.is(watched.updates('Dep.js'), 0);
  });

  // -- symbolic links ---------------------------------------------------------------------------------

  test(`a symbolic link is followed when its file is saved and when it is pointed elsewhere, watch: ${watch}`, async (t) => {
    const files = { 'real/one.js': code(1), 'other/two.js': code(10), 'app/main.js': '1;' };
    const watched = await startWatched(t, files, { watch, root: 'app', serve: [] });
    const link = watched.path('dep.js');
    await symlink(watched.project.path('real/one.js'), link);
    watched.serve('dep.js');
    await watched.project.write('real/one.js', code(2));
    await watched.knows('dep.js', code(2));
    await symlink(watched.project.path('other/two.js'), `${link}.new`);
    await rename(`${link}.new`, link);
    await watched.knows('dep.js', code(10));
    watched.events.length = 0;
    await watched.project.write('real/one.js', code(3));
    await watched.project.writeAtomically('other/two.js', code(11));
    await watched.knows('dep.js', code(11));
    t.false(JSON.stringify(watched.events).includes('one.js'), 'nobody is led there any more');
    t.deepEqual(watched.complaints(), []);
  });

  test(`a linked package is followed by its real path, and when it is pointed elsewhere, watch: ${watch}`, async (t) => {
    const files = { 'one/lib/dep.js': code(1), 'two/lib/dep.js': code(10), 'app/main.js': '1;' };
    const watched = await startWatched(t, files, { watch, root: 'app', serve: [] });
    const name = 'node_modules/package/lib/dep.js';
    const link = watched.path('node_modules/package');
    await mkdir(dirname(link));
    await symlink(watched.project.path('one'), link, 'junction');
    watched.serve(name);
    await watched.project.write('one/lib/dep.js', code(2));
    await watched.knows(name, code(2));
    await unlink(link);
    await symlink(watched.project.path('two'), link, 'junction');
    await watched.knows(name, code(10));
    await watched.project.writeAtomically('two/lib/dep.js', code(11));
    await watched.knows(name, code(11));
    t.deepEqual(watched.complaints(), []);
  });
}

// -- what is watched ----------------------------------------------------------------------------------

const PROGRAM = fileURLToPath(new URL('../helpers/engine-program.js', import.meta.url));

/** Starts an engine in a process of its own, within limits if there are any. */
async function startProgram(t, project, options, limits = {}) {
  const args = [PROGRAM, JSON.stringify({ root: project.folder, ...options })];
  const names = Object.entries(limits);
  const set = names.map(([name, value]) => `echo ${value} > /proc/sys/user/${name}; `).join('');
  const child =
    names.length === 0
      ? spawn(process.execPath, args)
      : spawn('unshare', ['-Ur', 'sh', '-c', `${set}exec "$0" "$@"`, process.execPath, ...args]);
  const program = new Program(child);
  program.pid = child.pid;
  t.teardown(async () => {
    child.kill('SIGKILL');
    await program.end();
  });
  await program.said('served');
  return program;
}

/** How many folders a process watches. */
function watches(pid) {
  const infos = readdirSync(`/proc/${pid}/fdinfo`).map((fd) => {
    try {
      return readFileSync(`/proc/${pid}/fdinfo/${fd}`, 'utf8');
    } catch {
      return ''; // Closed since.
    }
  });
  return infos.join('').match(/^inotify wd:/gm)?.length ?? 0;
}

/** The threads of a process that are the engine's, with how often each was woken and how long it ran (10 ms). */
function engineThreads(pid) {
  const threads = {};
  for (const task of readdirSync(`/proc/${pid}/task`)) {
    const folder = `/proc/${pid}/task/${task}`;
    const name = readFileSync(`${folder}/comm`, 'utf8').trim();
    if (!/^(hotgraph|notify)/.test(name)) continue;
    const status = readFileSync(`${folder}/status`, 'utf8');
    const stat = readFileSync(`${folder}/stat`, 'utf8').split(') ')[1].split(' ');
    const woken = Number(/^voluntary_ctxt_switches:\s*(\d+)/m.exec(status)[1]);
    threads[name] = { woken, ticks: Number(stat[11]) + Number(stat[12]) };
  }
  return threads;
}

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

// -- events that do not come --------------------------------------------------------------------------

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
  const program = fileURLToPath(new URL('../helpers/unreadable.js', import.meta.url));
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
