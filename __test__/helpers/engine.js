/**
 * HmrEngine on a folder of files, without server and browser.
 */

import { readFileSync } from 'node:fs';
import { Script } from 'node:vm';
import { HmrEngine } from 'hotgraph';
import { Project } from './project.js';
import { waitFor } from './wait.js';

/** What modules import the client from. */
export const CLIENT = '/__hotgraph/main.js';

const nameOf = (url) => url.slice(1).split('?')[0];

/** An engine on a folder of files, with everything it said. */
export class Bench {
  /**
   * `{ client, ...message }`, in order.
   *
   * @type {any[]}
   */
  said = [];

  /**
   * What the host makes of a url, for `pull` events: code, or an error why it cannot. With the option `pulls` it is
   * the file of that name; `null` answers no event.
   *
   * @type {((url: string) => string) | null}
   */
  host = (url) => readFileSync(this.project.path(nameOf(url)), 'utf8');

  /**
   * @param {import('ava').ExecutionContext} t
   * @param {Record<string, string | Uint8Array>} files
   * @param {{ root?: string, [option: string]: any }} [options] `root` of urls, in the project; the rest is the engine's.
   */
  constructor(t, files, { root = '.', ...options } = {}) {
    this.project = new Project(files);
    this.engine = new HmrEngine(
      { root: this.project.path(root), clientUrl: CLIENT, ...options },
      (client, text) => {
        const message = JSON.parse(text);
        this.said.push({ client, ...message });
        if (message.type === 'pull' && this.host) this.answer(message);
      },
    );
    t.teardown(() => {
      this.engine.close();
      this.project.dispose();
    });
  }

  /** Serves a script of the project; returns the code that goes out. */
  serve(name, source, url = `/${name}`, since = undefined) {
    const file = this.project.path(name);
    return this.engine.serveScript(url, source, file, Date.now(), since)?.code ?? source;
  }

  /** Writes files and serves them. All are there first: one that appears after its importer is a change. */
  add(files) {
    for (const [name, source] of Object.entries(files)) this.project.writeNow(name, source);
    for (const [name, source] of Object.entries(files)) this.serve(name, source);
  }

  /** Answers a `pull` event by what the host makes. */
  answer({ question, preview, serve }) {
    const failures = [];
    const make = (url, take) => {
      try {
        take(this.host?.(url) ?? '');
      } catch (error) {
        failures.push({ url, message: /** @type {Error} */ (error).message });
      }
    };
    for (const url of preview) make(url, (text) => this.engine.preview(url, text));
    for (const url of serve) make(url, (text) => this.serve(nameOf(url), text, url));
    this.engine.pulled(question, failures);
  }

  /** Connects a page that says hello. The engine knows all that was served before, when it answers. */
  async hello(client, since = this.engine.version, session = this.engine.session, page = null) {
    // Before it looks at what a host says of a file it takes in what was served.
    this.engine.fileChanged(this.project.path('no such file'));
    this.engine.connect(client);
    this.say(client, { type: 'hello', session, since, page, reloaded: null });
    return this.message((said) => said.client === client && said.type === 'connected');
  }

  /** A page sends a message. */
  say(client, message) {
    this.engine.receive(client, JSON.stringify(message));
  }

  /**
   * Waits for a message; returns it.
   *
   * @param {(said: any) => boolean} matches
   * @returns {Promise<any>}
   */
  async message(matches) {
    let found;
    await waitFor(
      () => {
        found = this.said.find(matches);
        return found !== undefined;
      },
      () => `nothing matches ${matches}:\n${JSON.stringify(this.said, null, 1)}`,
    );
    return found;
  }

  /** Waits for the update of which `url` is the first change; returns it. */
  update(url, client = 1) {
    return this.message(
      (said) => said.client === client && said.type === 'update' && said.changed[0] === url,
    );
  }

  /** The updates that were sent to a page. */
  updates(client = 1) {
    return this.said.filter((said) => said.client === client && said.type === 'update');
  }

  /** Saves a file and waits for the next update of a page; returns it. */
  async save(name, text, client = 1) {
    const seen = this.updates(client).length;
    await this.project.write(name, text);
    await waitFor(
      () => this.updates(client).length > seen,
      () => `no update of ${name}:\n${JSON.stringify(this.said, null, 1)}`,
    );
    return this.updates(client).at(-1);
  }

  /** The `pull` events so far. */
  pulls() {
    const events = this.said.filter(({ type }) => type === 'pull');
    return events.map(({ preview, serve }) => ({ preview, serve }));
  }
}

/** The definition in a shell; `null` when the code is none. */
export function definitionIn(code) {
  const found = /\(import\.meta,(\{.*\}),\[[^\]]*\],\$hot\d*_b\)\}/.exec(code);
  return found && JSON.parse(found[1]);
}

/**
 * Runs the body of a module that imports nothing; returns its exports.
 *
 * @param {string} code As an update has it.
 * @param {string[]} names
 * @param {object} [meta]
 * @returns {Record<string, any>}
 */
export function run(code, names, meta = { hot: { accept() {} } }) {
  const body = new Script(`(${code})`).runInThisContext();
  let read;
  const steps = body(meta, {
    link(found) {
      read = found;
    },
  });
  steps.next();
  steps.next();
  return Object.fromEntries(names.map((name) => [name, read(name)]));
}
