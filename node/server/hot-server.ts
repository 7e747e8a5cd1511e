/**
 * hotgraph in a dev server, whichever that is: the engine, its pages, their files, custom events and the terminal, wired
 * to each other. A host brings its requests and what it knows of itself.
 */

import path from 'node:path';
import { inspect } from 'node:util';
import type { EngineOptions } from '#native';
import type { HostEvent, ServerMessage } from '../../runtime/protocol.js';
import { Plugins } from '../plugins/container.js';
import { interpret } from '../plugins/hot-update.js';
import { splitId } from '../plugins/ids.js';
import type { PluginOption } from '../plugins/plugin.js';
import { SinglePackages } from '../plugins/single.js';
import { plainLine, plainText } from '../tell/report.js';
import { type LogLevel, Terminal } from '../tell/terminal.js';
import { ENDPOINT } from './assets.js';
import type { UpgradeServer } from './channel.js';
import { openInEditor } from './editor.js';
import { HmrEndpoint } from './endpoint.js';
import { HmrEngine } from './engine.js';
import { CustomEvents, callSafely, type HotChannel } from './events.js';
import { HmrFiles } from './files.js';
import { Packing } from './packing.js';
import { type Dispatch, pull } from './pull.js';

/** Options that every dev server has; none is needed. */
export interface HotOptions {
  /**
   * What goes to the terminal. `info` (the default): one line for each update, reload and problem. `debug`: also each
   * change. `warn` and `error`: only those. `silent`: nothing.
   */
  logLevel?: LogLevel;
  /**
   * Host names under which pages may connect, in addition to `localhost`, `*.localhost`, IP addresses and the
   * server's `hostname`, if it has one. `.example.com` allows all names below it.
   */
  allowedHosts?: string[];
  /**
   * Origins under which pages may connect, in addition to the server's own: `https://dev.example.com`. You need it only
   * for a proxy that hides both the page's address and its own. Their hosts are allowed too.
   */
  allowedOrigins?: string[];
  /** Whether pages show their problems in an overlay. Default: true. The console and events have them in any case. */
  overlay?: boolean;
  /**
   * The folder where the engine keeps what the next run of the server needs. With it, a restart does not reload the
   * pages. Default: `.cache/hotgraph` in the `node_modules` at or above the server's root. With `false`, or without a
   * `node_modules`, a restart reloads them.
   */
  cacheDir?: string | false;
  /**
   * Whether pages load their modules in packs: a few requests that bring the code of all, each still a module of its own.
   * Default: pages of 50 modules and more do.
   */
  pack?: boolean;
  /** Gets every event as data: updates, reloads with their reasons, diagnostics. */
  onEvent?: (event: HostEvent) => void;
  /** Plugins, in the order in which they run: `[react()]`. Lists in lists and empty entries are allowed. */
  plugins?: PluginOption[];
}

/** Pages of fewer modules load no faster in packs (`npm run bench -- reload`). */
const FEWEST_PACKED = 50;

/** A server that starts, as far as it differs from others. */
export interface Host {
  /** Whose `upgrade` events open the socket. */
  server: UpgradeServer;
  /** Absolute path of the folder that urls are files below. */
  root: string;
  /** What urls begin with, without a slash at the end. */
  base: string;
  /** Names by which it is known, in addition to those of the options. */
  hosts?: readonly string[];
  /** Answers the requests that the engine makes from within. */
  dispatch: Dispatch;
  /** The file of a module that the engine makes alone; `null` of all others. Default: of all. */
  fileOfEngine?(url: string): string | null;
  /** What the engine has to know of it besides. */
  engine: Omit<EngineOptions, 'root' | 'base' | 'clientUrl' | 'pulls' | 'packsFrom'>;
}

/** What exists while a server runs. */
export interface Running {
  engine: HmrEngine;
  endpoint: HmrEndpoint;
  files: HmrFiles;
  /** Where pages may load packs. */
  packing?: Packing;
}

/** One a server. It exists from the moment that the server is configured, and runs from `start` to `stop`. */
export class HotServer {
  /** Custom events to and from pages. */
  readonly hot: HotChannel;
  readonly terminal: Terminal;
  readonly plugins: Plugins;
  readonly #options: HotOptions;
  readonly #events: CustomEvents;
  readonly #dependencies: [file: string, inputs: string[]][] = [];
  #root = '';
  #running: Running | undefined;

  constructor(options: HotOptions) {
    this.#options = options;
    this.terminal = new Terminal(options.logLevel ?? 'info');
    this.plugins = new Plugins(options.plugins);
    this.#events = new CustomEvents(
      (event, data, client) => {
        const message: ServerMessage = { type: 'custom', event, data };
        this.#running?.endpoint.send(JSON.stringify(message), client);
      },
      (error, event) => this.#reportFailure(`a listener of "${event}"`, error),
    );
    this.hot = this.#events;
  }

  /** The module of `file` depends on other files too. Paths are absolute, or relative to the root. */
  dependsOn(file: string, inputs: string[]): void {
    this.#dependencies.push([file, inputs]);
    this.#tellDependency(file, inputs);
  }

  /** Starts engine and endpoint. */
  start(host: Host): Running {
    const { server, root, base, hosts = [], dispatch, fileOfEngine = () => null } = host;
    const { engine: facts } = host;
    this.#root = root;
    const { allowedHosts = [], allowedOrigins = [], overlay = true, pack } = this.#options;
    // A page's first message waits until the engine knows what its modules accept: an earlier update would find no
    // boundary.
    const greetings = new Map<number, Promise<void>>();
    const endpoint = new HmrEndpoint({
      server,
      basePath: base,
      allowedHosts: [...hosts, ...allowedHosts],
      allowedOrigins,
      overlay,
      onConnect(client) {
        engine.connect(client);
        const linked = files.linked().then(() => void greetings.delete(client));
        greetings.set(client, linked);
      },
      onMessage(client, text) {
        const greeting = greetings.get(client);
        if (greeting) void greeting.then(() => engine.receive(client, text));
        else engine.receive(client, text);
      },
      onDisconnect: (client) => engine.disconnect(client),
      waiting: () => engine.waitingFrames,
      onRefused: (reason) => this.warnOfPage(`refused: ${plainLine(reason)}`),
    });
    const { plugins } = this;
    const warn = (text: string) => this.terminal.print('warn', `[hotgraph] ${plainText(text)}`);
    const resolve = (specifier: string, importer: string) => {
      const [file, query] = splitId(importer);
      const url = engine.urlOf(file) ?? plugins.urlOf(file);
      const found = engine.rewritten(url + query, file, specifier) ?? specifier;
      const address = `http://host${url}`;
      if (!/^[./]/.test(found) || !URL.canParse(found, address)) return null;
      const { pathname } = new URL(found, address);
      if (!pathname.startsWith(`${base}/`) || pathname.startsWith(base + ENDPOINT)) return null;
      const named = engine.fileOf(pathname);
      return named === null ? null : named + splitId(specifier)[1];
    };
    plugins.join({ base, warn, resolve });
    const compile = plugins.compile && {
      ...plugins.compile,
      ...(plugins.compile.refresh && { refresh: plugins.urlOf(plugins.compile.refresh) }),
    };
    const engine = new HmrEngine(
      {
        ...facts,
        root,
        base,
        clientUrl: endpoint.clientUrl,
        pulls: true,
        ...(pack !== false && { packsFrom: pack ? 0 : FEWEST_PACKED }),
        asksSpecifiers: plugins.resolves,
        asksMeaning: plugins.updaters.length > 0,
        ...(compile && { compile }),
      },
      (client, text) => {
        if (client !== 0) return endpoint.send(text, client);
        const event = JSON.parse(text) as HostEvent;
        if (event.type === 'pull') void pull(event, engine, dispatch);
        else if (event.type === 'hotUpdate') void interpret(event, engine, plugins.updaters, warn);
        else this.#tell(event);
      },
    );
    const { mode, servesFiles = false, resolvesOnly = false } = facts;
    const varies = mode === undefined && !servesFiles && !resolvesOnly;
    const debug = (text: string) => this.terminal.print('debug', `[hotgraph] ${plainLine(text)}`);
    const single = new SinglePackages(plugins.all, (...warning) => engine.hostWarned(...warning));
    const seen = (file: string) => single.seen(file);
    const packing =
      pack === false
        ? undefined
        : new Packing({ engine, endpoint, dispatch, fileOfEngine, seen, say: debug });
    const head = () => plugins.head();
    const files = new HmrFiles(engine, endpoint, { head, varies, seen, packing });
    this.#running = { engine, endpoint, files, ...(packing && { packing }) };
    for (const [file, inputs] of this.#dependencies) this.#tellDependency(file, inputs);
    return this.#running;
  }

  /** Ends engine and endpoint. */
  stop(): void {
    this.#running?.endpoint.close();
    this.#running?.engine.close();
    this.#running = undefined;
  }

  /** Reloads all pages. @param message Why, in a sentence. */
  reload(message: string): void {
    const told: ServerMessage = {
      type: 'reload',
      report: { cause: 'server', changed: null, chain: [], message, remedy: null },
    };
    this.#running?.endpoint.send(JSON.stringify(told));
  }

  /** Warns of what a request or a page brought about. */
  warnOfPage(text: string): void {
    this.terminal.printOfPage('warn', `[hotgraph] ${text}`);
  }

  #tellDependency(file: string, inputs: string[]): void {
    const absolute = (name: string) => path.resolve(this.#root, name);
    this.#running?.engine.dependsOn(absolute(file), inputs.map(absolute));
  }

  #tell(event: HostEvent): void {
    if (event.type === 'custom') this.#events.receive(event.event, event.data, event.client);
    if (event.type === 'open') openInEditor(event);
    this.terminal.tell(event, this.#root);
    void callSafely(
      () => this.#options.onEvent?.(event),
      (error) => this.#reportFailure('the option onEvent', error),
    );
  }

  /** Code of the user's has failed: it says where. */
  #reportFailure(who: string, error: unknown): void {
    this.terminal.printOfPage('error', `[hotgraph] ${who} failed: ${plainText(inspect(error))}`);
  }
}
