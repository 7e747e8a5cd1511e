/**
 * Programs in a terminal: what people see, and the keys that they press.
 */

import { EventEmitter, once } from 'node:events';
import { PassThrough } from 'node:stream';
import { spawn } from '@lydell/node-pty';
import { Program } from './command.js';

/** A program that believes to be in a terminal. */
export class TerminalProgram extends Program {
  /** @type {import('@lydell/node-pty').IPty} */
  #terminal;

  /** @param {import('@lydell/node-pty').IPty} terminal */
  constructor(terminal) {
    super(asChild(terminal));
    this.#terminal = terminal;
  }

  /**
   * Types a text and presses Enter.
   *
   * @param {string} text
   */
  type(text) {
    this.#terminal.write(`${text}\r`);
  }

  /**
   * Presses Ctrl+C, and waits for the end.
   *
   * @override
   */
  async interrupt() {
    this.#terminal.write('\x03');
    return this.end();
  }

  /**
   * Waits until it has printed a text, and forgets all before that and the text.
   *
   * @param {string} text
   */
  async saidNext(text) {
    await this.said(text);
    const { output } = /** @type {Program} */ (this);
    this.output = output.slice(output.indexOf(text) + text.length);
  }
}

/**
 * What `Program` listens to.
 *
 * @param {import('@lydell/node-pty').IPty} terminal
 */
function asChild(terminal) {
  const child = Object.assign(new EventEmitter(), {
    stdout: new PassThrough(),
    stderr: new PassThrough(),
    /** @param {string} signal */
    kill: (signal) => terminal.kill(signal),
  });
  terminal.onData((text) => child.stdout.write(text));
  terminal.onExit(async ({ exitCode, signal }) => {
    child.stdout.end();
    await once(child.stdout, 'end');
    child.emit('close', exitCode, signal || null);
  });
  return child;
}

/**
 * Starts a Node program in a terminal; it is killed at the end of the test, should it still run then.
 *
 * @param {import('ava').ExecutionContext} t
 * @param {string[]} args The program and its arguments.
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv }} [options] `env` is added to our own environment, without variables
 * of continuous integration.
 */
export function startInTerminal(t, args, { cwd, env = {} } = {}) {
  const { CI: _ci, NO_COLOR: _color, ...own } = process.env;
  const terminal = spawn(process.execPath, args, {
    cwd,
    cols: 200,
    rows: 50,
    env: { ...own, TERM: 'xterm-256color', ...env },
  });
  const program = new TerminalProgram(terminal);
  t.teardown(async () => {
    if (program.ended === undefined) terminal.kill('SIGKILL');
    await program.end();
  });
  return program;
}
