/**
 * Errors as the page knows them: code threw, an import leads nowhere, or a module did not load. With the calls that led
 * to each. Reads what browsers write. Where that is in which file, the server knows.
 */
import { CodeError } from '../modules/bodies.js';
import type { Call, Thrown } from '../protocol.js';
import type { Failure } from '../update/apply.js';
import { parseAddress } from '../url.js';
import { textOf } from './log.js';

/** What is known before the server is asked. */
export type Trouble = Omit<Thrown, 'question'>;

/** An import of something that is not exported: by Chromium and this package, by Firefox. */
const NO_EXPORT =
  /requested module '([^']*)' (?:does not|doesn't) provide an export named:? '([^']*)'/;

/** An import of a name that stands for nothing: by Chromium, this package, Firefox and Safari. */
const NO_PACKAGE =
  /Failed to resolve (?:module specifier )?"([^"]*)"|specifier “([^”]*)” was a bare specifier|Module name, '([^']*)' does not resolve/;

/** A module that an `import()` did not get. Safari does not say which. */
const NOT_FETCHED = /dynamically imported module:? (\S+)/;

/** An element's name that is taken: by Chromium, by Firefox, and by Safari, which does not say which. */
const TAKEN_NAME =
  /the name "([^"]*)" has already been used|'([^']*)' has already been defined as a custom element|multiple custom elements with the same tag name/;

/** Names that Node's code has and browsers' does not, and what to write. */
const INSTEAD: Readonly<Record<string, string>> = {
  process:
    'Read import.meta.env, or give pages one ahead of their modules: <script>globalThis.process = { env: {} }</script>',
  global:
    'Write globalThis, or give pages one ahead of their modules: <script>globalThis.global = globalThis</script>',
  Buffer:
    'Use Uint8Array, or the package buffer: import { Buffer } from "buffer"; globalThis.Buffer = Buffer, in a module ahead of this one',
  require: 'Write import',
  module: 'Write export',
  exports: 'Write export',
  __dirname: 'Write import.meta.dirname on the server, or new URL(…, import.meta.url) in the page',
  __filename: 'Write import.meta.url',
};

/** The use of a name that is not there: by all browsers but Safari, and by Safari. */
const NO_NAME = /(?:^|\s)(\w+) is not defined$|Can't find variable: (\w+)$/;

/** A call in a stack: what Chromium and Safari, and what Firefox writes before the address. */
const CALL = /^(?:\s*at (?:(.*?) \()?|([^@]*)@)(https?:\/\/[^\s()]+):(\d+):(\d+)\)?$/;

/** Where our own files are. */
const OURS = '/__hotgraph/';

/** What the browser says of where an error is, in addition to the error. */
export interface ReportedPlace {
  readonly address: string;
  readonly line: number;
  readonly column: number;
}

/** Whether an address is one of our own files'. */
export function isOurs(address: string): boolean {
  return address.includes(OURS);
}

/** The calls that led to an error, newest first, without ours. `origin` is the page's: other modules have whole addresses. */
export function callsOf(error: unknown, origin?: string): Call[] {
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  return stack.split('\n').flatMap((text) => {
    const [, name, other, address = '', line, column] = CALL.exec(text) ?? [];
    const parsed = parseAddress(address);
    if (!parsed || isOurs(address)) return [];
    const isOwn = origin === undefined || parsed.origin === origin;
    const url = isOwn ? parsed.url : parsed.origin + parsed.url;
    return [{ name: nameOf(name || other), url, line: Number(line), column: Number(column) }];
  });
}

/** A function's name, unless it is the one that the module became. */
function nameOf(name: string | undefined): string | null {
  return name && !/^(?:async )?(?:\$hot\d*_b|eval)$/.test(name) ? name : null;
}

/**
 * What an error is.
 *
 * @param url The module that it is of, where that is known.
 * @param origin The page's.
 * @param place What the browser says in addition to the error.
 */
export function troubleOf(
  error: unknown,
  url: string | null,
  origin?: string,
  place?: ReportedPlace,
): Trouble {
  const message = textOf(error);
  const trouble: Trouble = {
    failure: 'code',
    message,
    url,
    specifier: null,
    name: null,
    calls: callsOf(error, origin),
    remedy: remedyOf(message),
  };
  const from = place && parseAddress(place.address)?.url;
  trouble.url ??= from ?? null;
  const [, specifier, name] = NO_EXPORT.exec(message) ?? [];
  if (specifier !== undefined) {
    return {
      ...trouble,
      failure: 'import',
      url: url ?? from ?? null,
      specifier,
      name: name ?? null,
    };
  }
  const bare = NO_PACKAGE.exec(message)?.slice(1).find(Boolean);
  // The browser names the page then.
  if (bare !== undefined) return { ...trouble, failure: 'import', url, specifier: bare };
  const missing = parseAddress(NOT_FETCHED.exec(message)?.[1] ?? '')?.url;
  if (missing !== undefined)
    return notLoaded(missing, 'the dev server did not answer with a script');
  if (trouble.calls.length > 0 || from === undefined || !place?.line) return trouble;
  const call = { name: null, url: from, line: place.line, column: place.column || null };
  return { ...trouble, calls: [call] };
}

/** A module did not load. */
export function notLoaded(url: string, why: string): Trouble {
  const message = why.replace(/^it could not be loaded: /, '');
  const nothing = { specifier: null, name: null, calls: [], remedy: null };
  return { failure: 'load', message, url, ...nothing };
}

/** What a part of an update failed at. `origin` is the page's. */
export function troubleOfFailure({ stage, url, error }: Failure, origin?: string): Trouble {
  const isAnswer = stage === 'load' && url !== undefined && !(error instanceof CodeError);
  const isOfServer = isAnswer && callsOf(error).length === 0 && !(error instanceof TypeError);
  if (isOfServer) return notLoaded(url, textOf(error));
  const trouble = troubleOf(error, url ?? null, origin);
  // The browser or hotgraph throws errors of loading: only running code has calls to show.
  return stage === 'load' ? { ...trouble, calls: [] } : trouble;
}

/**
 * The module that an `import()` did not get, if that is the error. `origin` is that of the page: the server knows no
 * other.
 */
export function notFetched(error: unknown, origin?: string): string | undefined {
  const address = parseAddress(NOT_FETCHED.exec(textOf(error))?.[1] ?? '');
  return origin === undefined || address?.origin === origin ? address?.url : undefined;
}

/** Whether an error says that a module did not load, or is not linked. */
export function isOfLoading(error: unknown): boolean {
  const message = textOf(error);
  return [NO_EXPORT, NO_PACKAGE, NOT_FETCHED].some((one) => one.test(message));
}

/** What to do about an error that hotgraph recognises. */
function remedyOf(message: string): string | null {
  const unknown = NO_NAME.exec(message)?.slice(1).find(Boolean) ?? '';
  const instead = Object.hasOwn(INSTEAD, unknown) ? INSTEAD[unknown] : undefined;
  if (instead !== undefined) return `"${unknown}" is Node's, and browsers have none. ${instead}`;
  const taken = TAKEN_NAME.exec(message);
  if (!taken) return null;
  const name = JSON.stringify(taken[1] ?? taken[2] ?? 'the-name');
  return (
    `an element's name can be defined once in a page. Write ` +
    `customElements.get(${name}) ?? customElements.define(${name}, …): elements keep the class that was defined first. ` +
    `To get the new class, do not accept updates in this module and those above it: a save then reloads the page`
  );
}
