/**
 * Asks the server from within what it would answer now: the engine wants new code before any page does.
 */

import { randomBytes } from 'node:crypto';
import type {
  IncomingHttpHeaders,
  IncomingMessage,
  OutgoingHttpHeaders,
  ServerResponse,
} from 'node:http';
import inject from 'light-my-request';
import type { HmrEngine } from '#native';
import type { HostEvent } from '../../runtime/protocol.js';
import { agentsOf } from './agents.js';

/** The engine asks for modules as they would be served now. */
export type PullEvent = Extract<HostEvent, { type: 'pull' }>;

/** Answers a request: a server's `request` listeners, or a middleware. */
export type Dispatch = (request: IncomingMessage, response: ServerResponse) => void;

/** The header that marks a request whose answer goes to no page. Its values are known to this process only. */
const HEADER = 'x-hotgraph-preview';
/** The same of every request that the server makes of itself. */
const OWN = 'x-hotgraph-own';
const SECRET = randomBytes(16).toString('hex');

/** Requests for previews that are under way, by the header's value: what to call when the answer is known. */
const underWay = new Map<string, () => void>();
let requests = 0;

/** Requests that are under way at once. */
const MOST_AT_ONCE = 32;

/** Whether a request only asks what the answer would be. */
export function isPreview(headers: IncomingHttpHeaders): boolean {
  const value = headers[HEADER];
  return typeof value === 'string' && underWay.has(value);
}

/** Whether the server asks itself, and no page does. */
export function isOwn(headers: IncomingHttpHeaders): boolean {
  return headers[OWN] === SECRET;
}

/** The engine has the answer to a request for a preview: what the server still does with it need not be waited for. */
export function previewed(headers: IncomingHttpHeaders): void {
  underWay.get(headers[HEADER] as string)?.();
}

/**
 * Answers a question of the engine: asks the server for each module, as a page's script would.
 *
 * @param dispatch Is given each request, and answers it as any other.
 */
export async function pull(
  { question, preview, serve }: PullEvent,
  engine: HmrEngine,
  dispatch: Dispatch,
): Promise<void> {
  const agents = agentsOf(engine);
  const headersFor = (url: string) => ({ 'user-agent': agents.of(url) ?? '' });
  const waiting = [
    ...preview.map((url) => ({ url, ask: askForPreview })),
    ...serve.map((url) => ({ url, ask })),
  ];
  const failures: { url: string; message: string }[] = [];
  await atOnce(waiting, MOST_AT_ONCE, async ({ url, ask }) => {
    const message = await ask(dispatch, url, headersFor(url));
    if (message !== undefined) failures.push({ url, message });
  });
  engine.pulled(question, failures);
}

/** Does some work for each of a list, for so many at once. Settles when all is done, or work has failed. */
export async function atOnce<Item>(
  list: readonly Item[],
  most: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const waiting = list.values();
  const go = async () => {
    for (const item of waiting) await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(list.length, most) }, go));
}

/** Makes a request for a preview. Returns why there is none, as soon as that or the preview is known. */
async function askForPreview(
  dispatch: Dispatch,
  url: string,
  headers: Record<string, string>,
): Promise<string | undefined> {
  const name = `${SECRET}-${++requests}`;
  const known = new Promise<undefined>((resolve) => {
    underWay.set(name, () => resolve(undefined));
  });
  const answered = ask(dispatch, url, { ...headers, [HEADER]: name });
  return Promise.race([known, answered.finally(() => underWay.delete(name))]);
}

/** Makes one request. Returns why there is no answer, if there is none. */
export async function ask(
  dispatch: Dispatch,
  url: string,
  headers: Record<string, string>,
): Promise<string | undefined> {
  try {
    const { statusCode, statusMessage } = await answerTo(dispatch, url, headers);
    return statusCode < 400 ? undefined : `HTTP status ${statusCode} ${statusMessage}`.trim();
  } catch (error) {
    return String(error);
  }
}

/** An answer of the server to itself. */
export interface Answer {
  statusCode: number;
  statusMessage: string;
  headers: OutgoingHttpHeaders;
  payload: string;
}

/** What the server answers to a page's script that asks for a module. */
export function answerTo(
  dispatch: Dispatch,
  url: string,
  headers: IncomingHttpHeaders,
): Promise<Answer> {
  return inject(dispatch as inject.DispatchFunc, {
    method: 'GET',
    url,
    headers: {
      ...headers,
      [OWN]: SECRET,
      'sec-fetch-dest': 'script',
      'sec-fetch-mode': 'cors',
    },
  });
}
