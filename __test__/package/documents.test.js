/**
 * Documents and workflows: their links lead somewhere, and the commands that they name exist.
 */

import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { root, tool } from '../../scripts/run.js';

/** Generated when the site is built: the site checks its links. */
const GENERATED = join('docs', 'reference');

/** The documents in a folder of the repository. */
const documentsIn = (folder, recursive = true) =>
  readdirSync(join(root, folder), { recursive })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name));

const names = [
  ...documentsIn('.', false),
  ...documentsIn('.github'),
  ...documentsIn('npm'),
  ...documentsIn('docs').filter((name) => !name.startsWith(GENERATED)),
];
const read = (name) => ({ name, text: readFileSync(join(root, name), 'utf8') });
const documents = names.map(read);
const workflows = readdirSync(join(root, '.github/workflows')).map((name) =>
  read(join('.github/workflows', name)),
);

/** Everything that a pattern finds in the documents and workflows, as `{ name, found }`. */
const matches = (pattern) =>
  [...documents, ...workflows].flatMap(({ name, text }) =>
    [...text.matchAll(pattern)].map((found) => ({ name, found })),
  );

test('every link leads to a file, and to a heading in it', (t) => {
  const plugin = 'remark-validate-links=repository:"hotgraph/hotgraph"';
  const { status, stderr } = spawnSync(
    process.execPath,
    [
      tool('remark-cli', 'remark'),
      ...['--frail', '--quiet', '--no-stdout', '--no-config', '--no-color', '--use', plugin],
      ...names,
    ],
    { cwd: root, encoding: 'utf8' },
  );
  t.is(status, 0, stderr);
});

test('every npm script that documents and workflows name is in package.json', (t) => {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const named = matches(/\bnpm (?:run )?(start|test|(?<=run )[a-z][\w:]*)/g);
  t.true(named.length > 10);
  for (const { name, found } of named) {
    t.true(found[1] in scripts, `${name}: ${found[0]}`);
  }
});

test('every flag of the command that documents name is one', (t) => {
  const cli = join(root, 'dist/node/cli/main.js');
  const help = execFileSync(process.execPath, [cli, '--help'], { encoding: 'utf8' });
  const flags = new Set(help.match(/--[a-z-]+/g));
  const named = matches(/npx hotgraph[^`\n]*/g);
  t.true(named.length > 10);
  for (const { name, found } of named) {
    for (const flag of found[0].match(/(?<= )--[a-z-]+/g) ?? []) {
      t.true(flags.has(flag), `${name}: ${found[0]}`);
    }
  }
});

test('every test and script that documents and workflows run is there', (t) => {
  const files = matches(/^(?: *- run: )?(?:npx ava|node) ((?:[\w.-]+\/)+[\w.-]+\.js)(.*)$/gm);
  t.true(files.length > 5);
  for (const { name, found } of files) {
    const [, file, args] = found;
    if (!t.true(existsSync(join(root, file)), `${name}: ${file}`)) continue;
    const text = readFileSync(join(root, file), 'utf8');
    for (const [, pattern] of args.matchAll(/--match '\*?(.*?)\*?'/g)) {
      t.true(text.includes(pattern), `${name}: ${file} has no test of ${pattern}`);
    }
  }
});

test('every test that SECURITY.md names is there', (t) => {
  const codeIn = (folder, ending) => {
    const files = readdirSync(join(root, folder), { recursive: true });
    const named = files.filter((name) => name.endsWith(ending));
    return named.map((name) => readFileSync(join(root, folder, name), 'utf8')).join('\n');
  };
  const code = codeIn('__test__', '.test.js');
  const rust = codeIn('crates/core/src', '.rs');
  const { text } = documents.find(({ name }) => name === 'SECURITY.md');
  const rows = [...text.matchAll(/^\| .+? \| (.+?)(?: \(\[.*\))? \|$/gm)].slice(1);
  t.true(rows.length > 20);
  for (const title of rows.flatMap(([, titles]) => titles.split('; '))) {
    const [, name] = /^`(\w+)`$/.exec(title) ?? [];
    // An ellipsis stands for the part of a title that differs between cases.
    if (name) t.true(rust.includes(`fn ${name}()`), title);
    else t.true(code.includes(title.split('…', 1)[0]), title);
  }
});
