/**
 * The plugin in the configuration of @web/test-runner: tests run as without it.
 */

import { startTestRunner } from '@web/test-runner';
import { chromeLauncher } from '@web/test-runner-chrome';
import ava from 'ava';
import { hmrPlugin } from 'hotgraph';
import { findBrowser } from '../../scripts/browser.js';
import { getFreePort } from '../helpers/port.js';
import { Project } from '../helpers/project.js';
import { waitFor } from '../helpers/wait.js';

// One after the other: each starts a browser.
const test = ava.serial;

const FILES = {
  'src/add.js': `export const add = (a, b) => a + b;
if (import.meta.hot) import.meta.hot.accept();
`,
  'test/add.test.js': `import { add } from '../src/add.js';
it('adds', () => {
  if (add(1, 2) !== 3) throw new Error('wrong');
});
it('is alone', () => {
  if (import.meta.hot) throw new Error('import.meta.hot');
  if (globalThis.__hotgraph__) throw new Error('client');
  if (document.querySelector('[name=hotgraph], [src*=hotgraph]')) throw new Error('markup');
});
`,
};

/** Starts a test runner and waits until all tests have run once. */
async function start(t, plugins, options = {}) {
  const project = new Project(FILES);
  t.teardown(() => project.dispose());
  const said = [];
  const say = (...texts) => void said.push(texts.join(' '));
  const logger = {
    log: say,
    debug() {},
    error: say,
    warn: say,
    group() {},
    groupEnd() {},
    logSyntaxError: say,
  };
  const runs = [];
  const runner = await startTestRunner({
    config: {
      rootDir: project.folder,
      files: project.path('test/*.test.js'),
      port: await getFreePort(),
      plugins,
      logger,
      coverageConfig: { reportDir: project.path('coverage'), reporters: [] },
      browsers: [
        chromeLauncher({
          launchOptions: { executablePath: findBrowser(), args: ['--no-sandbox'] },
        }),
      ],
      reporters: [
        {
          reportTestFileResults({ sessionsForTestFile }) {
            for (const { errors, logs, request404s, testResults } of sessionsForTestFile) {
              const tests = testResults.tests.map(({ name, passed, error }) => [
                name,
                passed,
                error?.message,
              ]);
              runs.push({ errors, logs, tests, request404s: [...request404s] });
            }
          },
          onTestRunFinished({ testCoverage }) {
            runs.at(-1).coverage = Object.keys(testCoverage?.coverageMap.data ?? {}).map((file) =>
              file.replace(project.folder, ''),
            );
          },
        },
      ],
      ...options,
    },
    readCliArgs: false,
    readFileConfig: false,
    autoExitProcess: false,
  });
  t.teardown(() => runner.stop());
  const ran = (count) =>
    waitFor(
      () => runs.length >= count && runs[count - 1].coverage,
      () => JSON.stringify({ runs, said }),
    );
  await ran(1);
  return { project, said, runs, ran };
}

test('tests, logs and coverage are the same with the plugin', async (t) => {
  const options = { coverage: true };
  const alone = await start(t, [], options);
  const beside = await start(t, [hmrPlugin({ logLevel: 'debug' })], options);
  t.deepEqual(beside.runs, alone.runs);
  t.deepEqual(beside.said, alone.said);
  const [{ tests, coverage }] = alone.runs;
  t.deepEqual(tests, [
    ['adds', true, undefined],
    ['is alone', true, undefined],
  ]);
  t.deepEqual(coverage, ['/src/add.js']);
});

test('the runner watches: a save runs the tests again, once', async (t) => {
  // It watches in a terminal only, which it clears.
  const { write } = process.stdout;
  Object.assign(process.stdout, { isTTY: true, write: () => true });
  t.teardown(() => Object.assign(process.stdout, { isTTY: false, write }));
  const { project, runs, ran } = await start(t, [hmrPlugin({ logLevel: 'debug' })], {
    watch: true,
  });
  for (const [count, operator, isRight] of [
    [2, '-', false],
    [3, '+', true],
  ]) {
    await project.write('src/add.js', `export const add = (a, b) => a ${operator} b;`);
    await ran(count);
    const { tests, errors, logs } = runs[count - 1];
    t.deepEqual([tests[0][1], tests[1][1]], [isRight, true]);
    t.deepEqual([errors, logs], [[], []]);
  }
  t.is(runs.length, 3);
});
