/**
 * The content of modules, as the server sends it: the last of each, how to ask for more, and how it becomes functions.
 */
import { type BodyFunction, Code } from '../model/generation.js';
import type { Body, ClientMessage, Definition, ServerMessage, Update } from '../protocol.js';
import { patient } from '../wait.js';

/** What bodies need from the page. */
export interface BodyPorts {
  /** The page's origin. */
  readonly origin: string;
  /** The value of an expression. Throws what the expression, or the page's policy (`EvalError`), throws. */
  compile(expression: string): unknown;
  /**
   * Bodies by import: by url the hash of the definition and the function of each. Rejects when one of them is not code.
   */
  importBodies(
    urls: readonly string[],
    version: number,
  ): Promise<Readonly<Record<string, readonly [hash: string, run: BodyFunction]>>>;
  /** Sends to the server. */
  send(message: ClientMessage): void;
}

/** The text of a function. Code of the page may replace the browser's own. */
const toText = Function.prototype.toString;

/** Milliseconds that the server has to answer a question. */
const PATIENCE = 5000;

/** Code of a later update has come: that one brings this one along. */
export class Overtaken extends Error {}

/** The bodies of a page. */
export class Bodies {
  readonly #ports: BodyPorts;
  /** By url, the last that the server sent: later updates say only that a module keeps it. */
  readonly #received = new Map<string, Body>();
  /** By url, the last of the updates that had their turn, and what was asked for. */
  readonly #known = new Map<string, Body>();
  /** By url, what the last body was compiled to: most stale modules did not change. */
  readonly #compiled = new Map<string, { readonly body: Body; readonly code: Code }>();
  readonly #questions = new Map<number, (bodies: readonly Body[]) => void>();
  #question = 0;
  /** Whether the page's content security policy forbids to compile text. */
  #isForbidden = false;

  constructor(ports: BodyPorts) {
    this.#ports = ports;
  }

  /** Takes in an update as it arrives. Returns it with all bodies. */
  complete<U extends Update>(update: U): U {
    const stale = update.stale.map((module) => {
      if (module.body) this.#received.set(module.url, module.body);
      if (!module.kept) return module;
      return { ...module, body: this.#received.get(module.url) ?? null };
    });
    return { ...update, stale };
  }

  /** It is an update's turn: its bodies are the ones to link. */
  learn({ stale, added }: Update): void {
    for (const { url, body } of stale) {
      if (body) this.add(body);
      else this.#known.delete(url);
    }
    for (const body of added) this.add(body);
  }

  /** The last body of a module. */
  known(url: string): Body | undefined {
    return this.#known.get(url);
  }

  /** Whether a module is JSON or text, and no script. `undefined` where its content is not known. */
  isData(url: string): boolean | undefined {
    const body = this.#known.get(url);
    return body && body.code === null;
  }

  /** Whether an update brought newer content of a module. */
  isNewer({ url, version, hash }: Definition): boolean {
    const known = this.#known.get(url)?.definition;
    return known !== undefined && known.version > version && known.hash !== hash;
  }

  /** Takes in a body, unless there is a newer one. */
  add(body: Body): void {
    const { url, version } = body.definition;
    const known = this.#known.get(url)?.definition.version ?? 0;
    if (version >= known) this.#known.set(url, body);
  }

  /** The server has forgotten these modules. */
  forget(urls: readonly string[]): void {
    for (const url of urls) {
      this.#received.delete(url);
      this.#known.delete(url);
      this.#compiled.delete(url);
    }
  }

  /**
   * Asks the server for the bodies of modules.
   *
   * @returns Those that it has.
   */
  async ask(urls: readonly string[]): Promise<readonly Body[]> {
    const question = ++this.#question;
    const answer = new Promise<readonly Body[]>((resolve) => {
      this.#questions.set(question, resolve);
    });
    this.#ports.send({ type: 'want', question, urls: [...urls] });
    const bodies = (await patient(answer, PATIENCE)) ?? [];
    this.#questions.delete(question);
    return bodies;
  }

  /** The server has answered. */
  answer({ question, bodies }: Extract<ServerMessage, { type: 'bodies' }>): void {
    this.#questions.get(question)?.(bodies);
  }

  /**
   * Makes functions of bodies, and runs none.
   *
   * @param version The version of the update that they belong to.
   * @param isJson Whether a module that is data is JSON, and not text.
   * @throws {SyntaxError} What is no code.
   * @throws {Overtaken} The server has newer code already.
   */
  async compile(
    bodies: readonly Body[],
    version: number,
    isJson: (url: string) => boolean,
  ): Promise<Map<string, Code>> {
    const codes = new Map<string, Code>();
    const rest: Definition[] = [];
    for (const body of bodies) {
      const { definition, code: text, value } = body;
      const { url } = definition;
      const code =
        text === null ? dataCode(definition, value ?? '', isJson(url)) : this.#code(body, text);
      if (code) codes.set(url, code);
      else rest.push(definition);
    }
    if (rest.length === 0) return codes;
    const urls = rest.map(({ url }) => url);
    const imported = await this.#ports.importBodies(urls, version);
    for (const definition of rest) {
      const [hash, run] = imported[definition.url] ?? [];
      if (!run) throw new Error(`${definition.url} is not served as a body`);
      if (hash !== definition.hash) throw new Overtaken();
      codes.set(definition.url, new Code(definition, run));
    }
    return codes;
  }

  /** What a body with this text is compiled to; nothing where that is forbidden. */
  #code(body: Body, text: string): Code | undefined {
    const { definition } = body;
    const known = this.#compiled.get(definition.url);
    if (known?.body === body) return known.code;
    const run = known?.body.code === text ? known.code.run : this.#compile(definition.url, text);
    const code = run && new Code(definition, run);
    if (code) this.#compiled.set(definition.url, { body, code });
    return code;
  }

  /**
   * A function of a body under its module's own url: as it is where the page's policy forbids to compile text.
   */
  rename(url: string, run: BodyFunction): BodyFunction {
    return this.#compile(url, toText.call(run)) ?? run;
  }

  #compile(url: string, text: string): BodyFunction | undefined {
    if (this.#isForbidden) return undefined;
    try {
      const address = url.startsWith('/') ? this.#ports.origin + url : url;
      return this.#ports.compile(`(${text}\n)\n//# sourceURL=${address}`) as BodyFunction;
    } catch (error) {
      if (!(error instanceof EvalError)) throw new CodeError(url, error);
      this.#isForbidden = true;
      return undefined;
    }
  }
}

/** New code does not load. */
export class CodeError extends SyntaxError {
  /** The module. */
  readonly url: string;

  constructor(url: string, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.url = url;
  }
}

/** The code of a module that is data: its default export is the text, or what the text of JSON stands for. */
function dataCode(definition: Definition, text: string, isJson: boolean): Code {
  const value = () => (isJson ? (JSON.parse(text) as unknown) : text);
  try {
    value();
  } catch (error) {
    throw new CodeError(definition.url, error);
  }
  const run: BodyFunction = function* (_, context) {
    const data = value();
    context.link(() => data);
    yield;
  };
  return new Code(definition, run, true);
}
