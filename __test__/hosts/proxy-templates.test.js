/**
 * Which files of a backend are watched so that pages reload.
 */

import { join } from 'node:path';
import test from 'ava';
import { watchTemplates } from '../../dist/node/proxy/templates.js';
import { Project } from '../helpers/project.js';
import { waitFor } from '../helpers/wait.js';

test('patterns name files, new and old, whatever the folders are called', async (t) => {
  const project = new Project({
    'app (1) [x]/.views/index.html': '1',
    'app (1) [x]/pages/index.html': '1',
    'app (1) [x]/pages/style.css': '1',
    'app (1) [x]/node_modules/p/index.html': '1',
    'app (1) [x]/texts/en/all.yml': '1',
    'shared/footer.html': '1',
  });
  t.teardown(() => project.dispose());
  const cwd = project.path('app (1) [x]');
  const changed = new Set();
  const stop = await watchTemplates(
    ['./.views/*', '**/*.html', 'texts', join(project.folder, 'shared/*.html')],
    cwd,
    (file) => changed.add(file.slice(project.folder.length + 1).replaceAll('\\', '/')),
  );
  t.teardown(stop);
  // These are never reported. They come before those that are.
  for (const name of ['pages/style.css', 'node_modules/p/index.html']) {
    await project.write(`app (1) [x]/${name}`, '2');
  }
  await project.write('shared/footer.css', '2');
  const heard = [
    'app (1) [x]/.views/index.html',
    'app (1) [x]/pages/index.html',
    'app (1) [x]/pages/new/more.html',
    'app (1) [x]/texts/en/all.yml',
    'shared/footer.html',
  ];
  for (const name of heard) await project.write(name, '2');
  await waitFor(
    () => changed.size >= heard.length,
    () => `heard of ${[...changed].join(', ')}`,
  );
  t.deepEqual([...changed].sort(), heard.toSorted());
  changed.clear();
  await project.remove('shared/footer.html');
  await waitFor(
    () => changed.has('shared/footer.html'),
    () => `heard of ${[...changed].join(', ')}`,
  );
  t.pass();
});
