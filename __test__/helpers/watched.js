/**
 * An engine that watches, in this process or in one of its own.
 */

import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { HmrEngine } from 'hotgraph';
import { Program } from './command.js';
import { Project } from './project.js';
import { waitFor } from './wait.js';

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
export async function startWatched(t, files, options) {
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

/** A module that exports a value. */
export const code = (number) => `export const value = ${number};\n`;

const PROGRAM = fileURLToPath(new URL('./engine-program.js', import.meta.url));

/** Starts an engine in a process of its own, within limits if there are any. */
export async function startProgram(t, project, options, limits = {}) {
  const args = [PROGRAM, JSON.stringify({ root: project.folder, ...options })];
  const names = Object.entries(limits);
  const set = names.map(([name, value]) => `echo ${value} > /proc/sys/user/${name}; `).join('');
  const child =
    names.length === 0
      ? spawn(process.execPath, args)
      : spawn('unshare', ['-Ur', 'sh', '-c', `${set}exec "$0" "$@"`, process.execPath, ...args]);
  const program = new Program(child);
  program.pid = Number(child.pid);
  t.teardown(async () => {
    child.kill('SIGKILL');
    await program.end();
  });
  await program.said('served');
  return program;
}

/** How many folders a process watches. */
export function watches(pid) {
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
export function engineThreads(pid) {
  const threads = {};
  for (const task of readdirSync(`/proc/${pid}/task`)) {
    const folder = `/proc/${pid}/task/${task}`;
    const name = readFileSync(`${folder}/comm`, 'utf8').trim();
    if (!/^(hotgraph|notify)/.test(name)) continue;
    const status = readFileSync(`${folder}/status`, 'utf8');
    const stat = readFileSync(`${folder}/stat`, 'utf8').split(') ')[1].split(' ');
    const woken = Number(/^voluntary_ctxt_switches:\s*(\d+)/m.exec(status)?.[1]);
    threads[name] = { woken, ticks: Number(stat[11]) + Number(stat[12]) };
  }
  return threads;
}
