/**
 * HmrEngine on a folder of files, without server and browser.
 */

import { HmrEngine } from 'hotgraph';
import { waitFor } from './browser.js';
import { Project } from './project.js';

/** What modules import the client from. */
export const CLIENT = '/__hotgraph/main.js';

/** An engine on a folder of files, with everything it said. */
export class Bench {
  /** `{ client, ...message }`, in order. */
  said = [];

  /** @param root Of urls, in the project. */
  constructor(t, files, { root = '.', ...options } = {}) {
    this.project = new Project(files);
    this.engine = new HmrEngine(
      { root: this.project.path(root), clientUrl: CLIENT, ...options },
      (client, text) => this.said.push({ client, ...JSON.parse(text) }),
    );
    t.teardown(() => {
      this.engine.close();
      this.project.dispose();
    });
  }

  /** Serves a script of the project; returns the code that goes out. */
  serve(name, source, url = `/${name}`) {
    const file = this.project.path(name);
    return this.engine.serveScript(url, source, file, Date.now())?.code ?? source;
  }

  /** Writes files and serves them. All are there first: one that appears behind its importer is a change. */
  add(files) {
    for (const [name, source] of Object.entries(files)) this.project.writeNow(name, source);
    for (const [name, source] of Object.entries(files)) this.serve(name, source);
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

  /** Waits for a message; returns it. */
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
}
