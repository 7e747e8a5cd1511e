/**
 * examples/recipes: each is started as people start it, opened and edited. docs/recipes/ shows their files.
 */

import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ava from 'ava';
import { closeBrowser, openTab } from '../helpers/browser.js';
import { install, repository, start } from '../helpers/command.js';
import { hasLoaded, wasHot } from '../helpers/expect.js';
import { getFreePort } from '../helpers/port.js';
import { Project } from '../helpers/project.js';

// One after the other: many tabs at once only make each other slow.
const test = ava.serial;

ava.after.always(closeBrowser);

const RECIPES = join(repository, 'examples/recipes');
const PAGES = join(repository, 'docs/recipes');

const textOf = (selector) => document.querySelector(selector).textContent;

/** What each recipe promises. */
const promises = {
  async state(t, { tab, edit }) {
    await tab.page.click('button', { clickCount: 2 });
    await tab.until(textOf, '2 clicks', 'button');
    await edit('counter.js', '} clicks', '} times');
    await tab.until(textOf, '2 times', 'button');
    await tab.page.click('button');
    t.is(await tab.evaluate(textOf, 'button'), '3 times', 'one listener is left');
    wasHot(t, tab);
  },

  async store(t, { tab, edit, program }) {
    await tab.page.click('button');
    await tab.until(textOf, 'apple', 'p');
    await edit('cart.js', 'items, item]', 'items, item.toUpperCase()]');
    await program.said('cart.js');
    await tab.page.click('button');
    await tab.until(textOf, 'apple, APPLE', 'p');
    wasHot(t, tab);
  },

  async events(t, { tab, origin, edit }) {
    const other = await openTab(origin);
    t.teardown(() => other.close());
    await other.connected();
    await tab.page.fill('input', 'crab');
    await tab.page.click('button');
    for (const each of [tab, other]) await each.until(textOf, 'crab', 'ul');
    await tab.until(() => document.querySelector('input').placeholder, 'note 1 is saved');
    t.is(await other.evaluate(() => document.querySelector('input').placeholder), '');
    await edit('main.js', 'is saved', 'is kept');
    await tab.page.fill('input', 'blenny');
    await tab.page.click('button');
    await tab.until(textOf, 'crabblenny', 'ul');
    wasHot(t, tab);
  },

  async templates(t, { tab, edit, program }) {
    await tab.until(textOf, 'Hot as ever', 'p');
    await edit('app/message.js', 'as ever', 'still');
    await tab.until(textOf, 'Hot still', 'p');
    wasHot(t, tab);
    await edit('views/page.json', 'Made', 'Rendered');
    await tab.until(textOf, 'Rendered on the server', 'h1');
    await hasLoaded(t, tab, 2);
    await program.said('/index.html changed');
    await edit('views/page.html', '</h1>', '!</h1>');
    await tab.until(textOf, 'Rendered on the server!', 'h1');
    await hasLoaded(t, tab, 3);
  },

  async markdown(t, { tab, edit }) {
    await tab.until(textOf, 'Low water', 'h1');
    await edit('guide.md', '# Low', '# High');
    await tab.until(textOf, 'High water', 'h1');
    await edit('tides.md', 'noon', 'night');
    await tab.until(textOf, 'High water is at night.', 'p:last-child');
    wasHot(t, tab);
  },

  async workspace(t, { tab, edit }) {
    await tab.until(textOf, '[ Low water ]', 'p');
    await edit('packages/ui/label.js', '`[ ', '`( ');
    await tab.until(textOf, '( Low water ]', 'p');
    wasHot(t, tab);
  },

  async theme(t, { tab, edit }) {
    const style = (name) => getComputedStyle(document.querySelector('note-card'))[name];
    await tab.until(style, '16px', 'paddingTop');
    await edit('theme.css', '16px', '24px');
    await tab.until(style, '24px', 'paddingTop');
    await edit('note-card.css', '4px solid', '8px solid');
    await tab.until(style, '8px', 'borderLeftWidth');
    wasHot(t, tab);
  },

  async 'import-map'(t, { tab, edit }) {
    await tab.until(textOf, 'HELLO!', 'p');
    await edit('src/greeting.js', 'hello', 'hey');
    await tab.until(textOf, 'HEY!', 'p');
    wasHot(t, tab);
  },
};

/** Starts a recipe on a copy of it: its server, or the command. Opens its page. */
async function startRecipe(t, name) {
  const project = new Project({});
  t.teardown(() => project.dispose());
  cpSync(join(RECIPES, name), project.folder, { recursive: true });
  install(project);
  linkWorkspaces(project);
  const running = await serve(t, project);
  /** Replaces text that is in a file. */
  async function edit(file, from, to) {
    const text = readFileSync(project.path(file), 'utf8');
    t.true(text.includes(from), `${file} has ${from}`);
    await project.write(file, text.replace(from, to));
  }
  return { ...running, edit };
}

/** Starts a project's own server, or else the command, and opens the page. */
async function serve(t, project, args = []) {
  const port = await getFreePort();
  const isServer = existsSync(project.path('server.js'));
  const command = [join(repository, 'dist/node/cli/main.js'), ...args, '--port', String(port)];
  const program = start(t, isServer ? ['server.js'] : command, {
    cwd: project.folder,
    env: { PORT: String(port) },
  });
  const origin = `http://localhost:${port}/`;
  await program.said(origin);
  const tab = await openTab(origin);
  t.teardown(() => tab.close());
  await tab.connected();
  return { tab, origin, program };
}

/** Links the packages of a workspace as `npm install` does. */
function linkWorkspaces(project) {
  const folder = project.path('packages');
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder)) {
    const manifest = JSON.parse(readFileSync(join(folder, name, 'package.json'), 'utf8'));
    const link = project.path(`node_modules/${manifest.name}`);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(folder, name), link, 'junction');
  }
}

for (const name of readdirSync(RECIPES)) {
  test(`${name}: does what it promises`, async (t) => {
    await promises[name](t, await startRecipe(t, name));
  });
}

test('docs/getting-started.md: its code does what it says', async (t) => {
  const guide = readFileSync(join(repository, 'docs/getting-started.md'), 'utf8');
  const blocks = [...guide.matchAll(/```\w+\n([\s\S]*?)```/g)].map(([, code]) => code);
  const project = new Project({});
  t.teardown(() => project.dispose());
  install(project);
  for (const code of blocks) {
    const [, name] = /^(?:\/\/|<!--) (app\/\S+)/.exec(code) ?? [];
    if (name) project.writeNow(name, code);
  }
  const { tab } = await serve(t, project, ['app']);
  await tab.until(textOf, 'Hello', 'h1');
  await project.write('app/greeting.js', "export const greeting = 'Hi';\n");
  await tab.until(textOf, 'Hi', 'h1');
  await hasLoaded(t, tab, 2);

  const accept = blocks.find((code) => code.includes("accept('./greeting.js'"));
  const main = readFileSync(project.path('app/main.js'), 'utf8');
  await project.write('app/main.js', main + accept);
  await hasLoaded(t, tab, 3);
  await tab.page.click('button');
  await project.write('app/greeting.js', "export const greeting = 'Hey';\n");
  await tab.until(textOf, 'Hey', 'h1');
  t.is(await tab.evaluate(textOf, 'button'), '1 clicks');
  t.is(tab.loads, 3);
  t.deepEqual(tab.errors, []);
});

test('every recipe has a page, which shows its files as they are', (t) => {
  const index = readFileSync(join(PAGES, 'README.md'), 'utf8');
  for (const name of readdirSync(RECIPES)) {
    t.true(index.includes(`(${name}.md)`), `docs/recipes/README.md leads to ${name}.md`);
    const page = readFileSync(join(PAGES, `${name}.md`), 'utf8');
    const shown = [...page.matchAll(/^\[`[^`]+`\]\(([^)]+)\)\n\n```\w+\n([\s\S]*?)```$/gm)];
    t.true(shown.length > 0, `${name}.md shows a file`);
    for (const [, path, code] of shown) {
      const text = readFileSync(join(PAGES, path), 'utf8');
      t.true(text.includes(code), `${name}.md shows ${path} as it is`);
    }
  }
});
