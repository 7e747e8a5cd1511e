/**
 * Files, folders and links that come, go and are replaced.
 */

import { renameSync } from 'node:fs';
import { mkdir, open, rename, rm, symlink, unlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import ava from 'ava';
import { code, startWatched } from '../../helpers/watched.js';

// One after the other: what is tested here is the order of things.
const test = ava.serial;

const onLinux = process.platform === 'linux' ? test : test.skip;

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
    // The engine tells of an update after it knows the file.
    const count = () => watched.events.filter(({ type }) => type === 'updated').length;
    await watched.event(() => count() >= 2);
    watched.events.length = 0;
    await watched.project.write('real/one.js', code(3));
    await watched.project.writeAtomically('other/two.js', code(11));
    await watched.knows('dep.js', code(11));
    t.false(JSON.stringify(watched.events).includes('one.js'), 'no link leads there any longer');
    t.deepEqual(watched.complaints(), []);
  });

  test(`a file that becomes a link is followed, watch: ${watch}`, async (t) => {
    const files = { 'dep.js': code(1), 'real/one.js': code(10), 'real/two.js': code(20) };
    const watched = await startWatched(t, files, { watch, serve: ['dep.js'] });
    for (const [name, number] of [
      ['real/one.js', 10],
      ['real/two.js', 20],
    ]) {
      await symlink(name, `${watched.path('dep.js')}.new`);
      await rename(`${watched.path('dep.js')}.new`, watched.path('dep.js'));
      await watched.knows('dep.js', code(number));
      await watched.project.write(name, code(number + 1));
      await watched.knows('dep.js', code(number + 1));
    }
    t.deepEqual(watched.complaints(), []);
  });

  test(`a link that leads over other links is followed when one of those is pointed elsewhere, watch: ${watch}`, async (t) => {
    const files = {
      'releases/1/lib/dep.js': code(1),
      'releases/2/lib/dep.js': code(10),
      'app/main.js': '1;',
    };
    const watched = await startWatched(t, files, { watch, root: 'app', serve: [] });
    const current = watched.project.path('current');
    const point = async (number) => {
      await symlink(watched.project.path(`releases/${number}`), `${current}.new`, 'junction');
      await rename(`${current}.new`, current);
    };
    await point(1);
    await symlink(join(current, 'lib'), watched.path('lib'), 'junction');
    watched.serve('lib/dep.js');
    await watched.project.write('releases/1/lib/dep.js', code(2));
    await watched.knows('lib/dep.js', code(2));
    await point(2);
    await watched.knows('lib/dep.js', code(10));
    await watched.project.write('releases/2/lib/dep.js', code(11));
    await watched.knows('lib/dep.js', code(11));
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
