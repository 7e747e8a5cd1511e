/**
 * Programs in a process of their own, as people start them, in a project that has hotgraph installed.
 */

import { spawn } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { waitFor } from './wait.js';

/** The repository's absolute path. */
export const repository = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Makes packages of the repository, and hotgraph itself, importable by name from a project.
 *
 * @param {{ path: (name: string) => string }} project
 * @param {string[]} names
 */
export function install(project, names = []) {
  for (const name of ['hotgraph', ...names]) {
    const link = project.path(`node_modules/${name}`);
    mkdirSync(dirname(link), { recursive: true });
    const target = name === 'hotgraph' ? repository : join(repository, 'node_modules', name);
    symlinkSync(target, link, 'junction');
  }
}

/** Longest time that a program may take to start or to end, in milliseconds. */
const PATIENCE = 30_000;

/** A running program and all that it printed. */
export class Program {
  /** Everything it wrote to the terminal so far, without colors. */
  output = '';
  /** The same with all that commands a terminal. */
  raw = '';
  /**
   * How it has ended.
   *
   * @type {{ code: number | null, signal: string | number | null } | undefined}
   */
  ended;

  /** @param {any} child A child process, or what behaves like one. */
  constructor(child) {
    this.child = child;
    /** @type {number} */
    this.pid = child.pid;
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8');
      stream.on('data', (text) => {
        this.raw += text;
        this.output += stripVTControlCharacters(text);
      });
    }
    child.on('close', (code, signal) => {
      this.ended = { code, signal };
    });
  }

  /**
   * Waits until it has printed `text`.
   *
   * @param {string} text
   */
  async said(text) {
    await waitFor(
      () => this.output.includes(text) || this.ended !== undefined,
      () => `it did not print ${JSON.stringify(text)}:\n${this.output}`,
      PATIENCE,
    );
    if (this.output.includes(text)) return;
    throw new Error(`it ended with ${JSON.stringify(this.ended)}:\n${this.output}`);
  }

  /** Waits until it has ended; returns `{ code, signal }`. */
  async end() {
    await waitFor(
      () => this.ended !== undefined,
      () => `it did not end:\n${this.output}`,
      PATIENCE,
    );
    return this.ended;
  }

  /** Presses Ctrl+C, and waits for the end. */
  async interrupt() {
    this.child.kill('SIGINT');
    return this.end();
  }
}

/**
 * Starts a Node program; it is killed at the end of the test, should it still run then.
 *
 * @param {import('ava').ExecutionContext} t
 * @param {string[]} args The program and its arguments.
 * @param {{ cwd?: string, node?: string, env?: Record<string, string> }} [options] `node` is the binary to run it with,
 *   `env` adds variables to those of this process.
 */
export function start(t, args, { cwd, node = process.execPath, env } = {}) {
  const child = spawn(node, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const program = new Program(child);
  t.teardown(async () => {
    child.kill('SIGKILL');
    await program.end();
  });
  return program;
}
