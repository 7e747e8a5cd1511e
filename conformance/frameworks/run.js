/**
 * `npm run frameworks`: makes the same edits of the same apps on hotgraph and on the plugins of others, and writes what they
 * leave into docs/frameworks.md. With names of frameworks only these run, and it is printed.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { chromium } from 'playwright-core';
import { ensureBrowser, findBrowser } from '../../scripts/browser.js';
import { heading, main, root } from '../../scripts/run.js';
import { installIn, setup } from '../../scripts/setup.js';
import { apps } from './apps.js';
import { hosts } from './hosts.js';
import { scenarios } from './scenarios.js';

const here = join(root, 'conformance', 'frameworks');
const PAGE = join(root, 'docs', 'frameworks.md');
const [START, END] = ['<!-- measured: npm run frameworks -->', '<!-- end -->'];

/** Milliseconds that an edit may take to show, and within which one shows that keeps what it changes. */
const PATIENCE_MS = 6000;
const BRIEF_MS = 1500;

/** An app that runs, and its page. */
class RunningApp {
  patience = PATIENCE_MS;
  brief = BRIEF_MS;
  loads = 0;
  #files;
  #page;
  #url;

  constructor(app, folder, url, page) {
    this.throws = app.throws;
    this.child = app.child;
    this.parent = app.parent;
    this.style = app.style;
    this.#files = app.files;
    this.folder = folder;
    this.#url = url;
    this.#page = page;
    page.on('domcontentloaded', () => {
      this.loads += 1;
    });
  }

  write(file, text) {
    mkdirSync(dirname(join(this.folder, file)), { recursive: true });
    writeFileSync(join(this.folder, file), text);
  }

  reset(file) {
    this.write(file, this.#files[file]);
  }

  read(file) {
    return readFileSync(join(this.folder, file), 'utf8');
  }

  replace(file, [from, to]) {
    const text = this.read(file);
    if (!text.includes(from)) throw new Error(`${file} does not contain ${from}`);
    this.write(file, text.replaceAll(from, to));
  }

  /** Loads the page. */
  async load() {
    await this.#page.goto(this.#url);
    await this.pause();
    this.loads = 1;
  }

  /**
   * Lets some time pass, in which sockets open, and Vite loads the page again when it has bundled packages. Neither tells
   * when that is done.
   */
  pause() {
    return new Promise((resolve) => setTimeout(resolve, BRIEF_MS));
  }

  evaluate(run) {
    return this.#page.evaluate(run).catch(() => '');
  }

  async click(id) {
    await this.#page.click(`#${id}`);
  }

  /** Waits until a function in the page returns this. @throws {Error} when it does not: then nothing can be measured. */
  async expect(run, expected) {
    if (await this.until(run, (found) => found === expected)) return;
    throw new Error(`${this.folder} shows "${await this.evaluate(run)}" in place of "${expected}"`);
  }

  /** Waits for what a function in the page returns. */
  async until(run, holds, patience = PATIENCE_MS) {
    const end = Date.now() + patience;
    while (!holds(await this.evaluate(run))) {
      if (Date.now() > end) return false;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return true;
  }
}

/** Runs all scenarios of an app: what each leaves. */
async function runOn(browser, app, start, label) {
  const outcomes = {};
  for (const [id, { run }] of Object.entries(scenarios)) {
    // Each in a folder of its own: plugins remember files for as long as the process runs.
    const folder = join(here, '.apps', `${label}-${id}-${process.pid}`);
    const files = { 'package.json': '{"type":"module"}', ...app.files };
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
    const { url, stop } = await start(folder);
    const context = await browser.newContext();
    try {
      outcomes[id] = await run(new RunningApp(app, folder, url, await context.newPage()));
    } finally {
      await context.close();
      await stop();
      rmSync(folder, { recursive: true, force: true });
    }
  }
  return outcomes;
}

/** The tables. */
function tables(results) {
  return results.map(({ name, packages, own, peer }) => {
    const [framework, plugin, server] = packages;
    const rows = Object.entries(scenarios).map(
      ([id, scenario]) => `| ${scenario.name} | ${own[id]} | ${peer[id]} |`,
    );
    const head = `| an edit of | hotgraph | ${plugin} |\n| --- | --- | --- |`;
    return `### ${name}\n\n${framework}, ${server}\n\n${head}\n${rows.join('\n')}`;
  });
}

await main(import.meta, async () => {
  const names = process.argv.slice(2);
  await ensureBrowser();
  await setup();
  await installIn('frameworks and their plugins', 'conformance/frameworks');
  heading('frameworks');
  const browser = await chromium.launch({
    executablePath: findBrowser(),
    args: ['--no-sandbox', '--disable-gpu'],
  });
  const results = [];
  try {
    for (const [id, app] of Object.entries(apps)) {
      if (names.length > 0 && !names.includes(id)) continue;
      const own = await runOn(browser, app, hosts[id].own, `${id}-own`);
      const peer = await runOn(browser, app, hosts[id].peer, `${id}-peer`);
      results.push({ name: app.name, packages: hosts[id].packages(), own, peer });
      console.log(`${tables(results.slice(-1))}\n`);
    }
  } finally {
    await browser.close();
  }
  if (names.length > 0) return;
  const date = new Date().toISOString().slice(0, 10);
  const text = readFileSync(PAGE, 'utf8');
  const [before, rest] = text.split(START);
  const [, after] = rest.split(END);
  const measured = `${START}\n\nMeasured on ${date}, in Chromium ${browser.version()}.\n\n${tables(results).join('\n\n')}\n\n${END}`;
  writeFileSync(PAGE, before + measured + after);
});
