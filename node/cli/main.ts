#!/usr/bin/env node
/**
 * `npx hotgraph [folder]`: hot updates without configuration. docs/command.md says what it can do.
 */

import { readFileSync } from 'node:fs';
import open from 'open';
import { loadConfig } from './config.js';
import { Failure } from './failure.js';
import { parseFlags } from './flags.js';
import { failureLine, startLines, urlLines } from './say.js';
import { type Served, serve } from './serve.js';
import { type Settings, settle } from './settings.js';
import { listenToKeys, type Shortcut } from './shortcuts.js';

async function main(): Promise<void> {
  const version = ownVersion();
  const flags = parseFlags(process.argv.slice(2), version);
  if (!flags) return;
  const cwd = process.cwd();
  const settings = settle(cwd, flags.config, await loadConfig(cwd, flags.configFile));
  const served = await serve(settings, cwd);
  const isLoud = (settings.logLevel ?? 'info') === 'info' || settings.logLevel === 'debug';
  const hasKeys = process.stdin.isTTY === true && !process.env.CI;
  if (isLoud) {
    const target = settings.proxy?.target;
    const readyMs = performance.now();
    const start = { version, readyMs, urls: served.urls, hasKeys };
    console.log(startLines({ ...start, ...(target !== undefined && { target }) }));
  }
  const end = endOf(served, hasKeys ? keysOf(served, settings, () => end()) : []);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => end());
  if (settings.open) show(served, settings);
}

/** Ends everything, once. */
function endOf(served: Served, shortcuts: Shortcut[]): () => void {
  const stop =
    shortcuts.length > 0
      ? listenToKeys(process.stdin, shortcuts, (text) => console.log(text))
      : () => {};
  let isEnding = false;
  return () => {
    if (isEnding) return;
    isEnding = true;
    stop();
    served.close().then(
      () => process.exit(0),
      (error) => fail(error),
    );
  };
}

function keysOf(served: Served, settings: Settings, quit: () => void): Shortcut[] {
  return [
    { key: 'r', does: 'reload all pages', run: () => served.reload() },
    { key: 'o', does: 'open the page in a browser', run: () => show(served, settings) },
    { key: 'u', does: 'show the urls', run: () => console.log(urlLines(served.urls).join('\n')) },
    { key: 'c', does: 'clear the terminal', run: () => console.clear() },
    { key: 'q', does: 'quit', run: quit },
  ];
}

/** Opens the page. */
function show({ urls }: Served, settings: Settings): void {
  const [url = ''] = [...urls.local, ...urls.network];
  const path = typeof settings.open === 'string' ? settings.open : '';
  const address = new URL(path, url).href;
  // Without a browser the url is there to be copied.
  open(address)
    .then((browser) => browser.once('error', () => cannotOpen(address)))
    .catch(() => cannotOpen(address));
}

function cannotOpen(address: string): void {
  console.error(failureLine(`No browser could be opened. Open ${address} yourself.`));
}

function ownVersion(): string {
  const file = new URL('../../../package.json', import.meta.url);
  return JSON.parse(readFileSync(file, 'utf8')).version;
}

/** Says what went wrong, and ends. */
function fail(error: unknown): void {
  if (error instanceof Failure) console.error(failureLine(error.message, error.frame));
  else console.error(error);
  process.exit(1);
}

main().catch(fail);
