/**
 * What requests are answered with: our own files, and those below a folder.
 */

import { isUtf8 } from 'node:buffer';
import { type Stats, statSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import path from 'node:path';
import { VIRTUAL } from '../plugins/ids.js';
import { encoded } from '../server/compress.js';
import { isShown } from '../server/destination.js';
import type { FileRequest } from '../server/files.js';
import type { Running } from '../server/hot-server.js';
import { readSettled } from '../server/writing.js';
import { ASSET, type Kind, kindOf } from './kinds.js';
import { MakeError, type Maker } from './make.js';
import type { Asked } from './mount.js';
import { sendBody, sendFile, sendStatus } from './respond.js';

/** A folder that is served. */
export interface Site extends Running {
  /** Absolute path. */
  root: string;
  /** What urls begin with, without a slash at the end. */
  base: string;
  /** Whether paths that nothing is found for show the page of the root. */
  spa: boolean;
  maker: Maker;
  /** Finds what a request leads to, where urls are not paths below the root. */
  find?: Find;
}

/** What paths of files outside of the root begin with: packages of a folder above, which code imports. */
export const OUTSIDE = '/__outside__/';

/** Finds what a request leads to; `null` for what is not to be answered. */
export type Find = (asked: Asked, request: IncomingMessage) => Promise<Found | null>;

/** Larger files are not read, in bytes. */
const MAX_READ = 16 * 1024 * 1024;

/**
 * Answers a GET or HEAD.
 *
 * @returns Whether it did. Nothing was written otherwise.
 */
export async function answer(
  site: Site,
  asked: Asked,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<boolean> {
  const { engine, endpoint } = site;
  const { headers } = request;
  const place = asked.below + asked.query;
  const own = (await site.packing?.find(place, headers)) ?? endpoint.find(place, headers, engine);
  if (own) {
    const type = 'text/javascript; charset=utf-8';
    const { body, headers: encoding } = await encoded(request, own.body);
    sendBody(request, response, body, { 'content-type': type, ...own.headers, ...encoding });
    return true;
  }
  const [at, since] = [Date.now(), engine.version];
  const finds = isOwn(site, asked) ? null : site.find;
  const found = finds ? await finds(asked, request) : find(site, asked, request);
  if (found === null) return false;
  if ('missing' in found) {
    const { missing: file } = found;
    // The app may have it. A missing file is known to be missing: creating it is a change.
    response.once('finish', () => {
      if (response.statusCode !== 404 || isShown(headers)) return;
      site.files.transform('asset', null, { url: asked.url, headers, file, at, since });
    });
    return false;
  }
  const refusal = endpoint.refusalOf(headers);
  if (refusal !== null) {
    sendStatus(response, 403, `hotgraph refused: ${refusal}\n`);
    return true;
  }
  if ('folder' in found) {
    // A page's references are relative to its own path.
    const location = `${asked.path.replace(/^\/+/, '/')}/${asked.query}`;
    sendStatus(response, 302, `The page is at ${location}\n`, { location });
    return true;
  }
  const { file, page } = found;
  const ask = { url: asked.url, headers, file, page, at, since };
  try {
    return await serve(site, request, response, ask, found);
  } catch (error) {
    if (!(error instanceof MakeError)) throw error;
    sendStatus(response, 500, `${error.message}\n`);
    return true;
  }
}

/** What a request leads to: a file, a folder that has a page, or a file that is missing. */
export type Found = FoundFile | { folder: string } | { missing: string };

/** A file to answer with. */
export interface FoundFile {
  /** Absolute path. */
  file: string;
  /** The url by which the engine knows it, if it is a page. */
  page: string;
  /** In bytes. */
  size: number;
}

/** Whether a url is hotgraph's own, and no path below the root: of a package elsewhere, or what a plugin made up. */
function isOwn({ maker }: Site, { below, url }: Asked): boolean {
  return below.startsWith(OUTSIDE) || maker.isMadeUp(url);
}

/** Finds what a request leads to; `null` for what is refused. */
function find(site: Site, asked: Asked, request: IncomingMessage): Found | null {
  const { root, base, engine } = site;
  if (site.maker.isMadeUp(asked.url)) {
    // A place of its own, where no file is.
    const file = path.join(root, VIRTUAL, encodeURIComponent(asked.path));
    return { file, page: asked.path, size: 0 };
  }
  const file = engine.fileOf(base + asked.below);
  if (file === null || !engine.isPublic(file)) return null;
  const found = look(file);
  const isThere = found?.isFile() || (found === null && engine.savedSource(file) !== null);
  if (isThere) {
    // Frameworks turn the base's own path into that of the folder.
    if (asked.path === base) return { folder: root };
    const page = base + asked.below.replace(/\/$/, '/index.html');
    return { file, page, size: found?.size ?? 0 };
  }
  if (found?.isDirectory() && !asked.path.endsWith('/') && look(`${file}/index.html`)?.isFile()) {
    return { folder: file };
  }
  const isPage = site.spa && isNavigation(request);
  const index = path.join(root, 'index.html');
  const fallback = isPage ? look(index) : null;
  if (!fallback?.isFile()) return { missing: file };
  return { file: index, page: `${base}/index.html`, size: fallback.size };
}

async function serve(
  site: Site,
  request: IncomingMessage,
  response: ServerResponse,
  asked: FileRequest & { file: string; since: number },
  { size }: FoundFile,
): Promise<boolean> {
  const { engine, files, maker } = site;
  const { url, file, since } = asked;
  // Resource timing tells pages which content they have of what is no module of ours. A file that changed after the
  // request came in may have been read before.
  const version = () => Math.min(engine.contentVersion(url), since);
  const timing = () => {
    const others = response.getHeader('server-timing') ?? [];
    return [others, `hotgraph;desc="${version()}"`].flat().join(', ');
  };
  const kind = size > MAX_READ ? undefined : kindOf(file);
  const wanted = { url, file, kind, headers: asked.headers };
  const isMade = maker.makes(wanted);
  if (kind?.kind === 'script' || isMade) await site.packing?.prepare(url, asked.headers);
  if (kind === undefined && !isMade) {
    await readSettled(engine, file, () => undefined);
    files.transform('asset', null, asked);
    return sendFile(request, response, file, { 'server-timing': timing() });
  }
  const content = size > MAX_READ ? '' : await files.read(file, asked.headers);
  if (content === null && !maker.isMadeUp(url)) return false;
  const source = content === null || !isText(content) ? content : content.toString();
  const read = async () => (source === null ? null : String(source));
  const made = isMade ? await maker.make(wanted, read) : null;
  const served = made ?? { ...(kind ?? ASSET), code: source ?? '' };
  const inline = maker.inline(file);
  const transform = () =>
    files.transform(served.kind, served.code, { ...asked, makeInline: inline.make });
  let body = transform();
  if (await inline.settle()) body = transform();
  const type = typeOf(served, body);
  sendBody(request, response, body, { 'content-type': type, 'server-timing': timing() });
  return true;
}

function isText(content: string | Buffer): boolean {
  return typeof content === 'string' || isUtf8(content);
}

/** Text that is not UTF-8 says itself what it is. */
function typeOf({ type }: Kind, body: string | Buffer): string {
  return typeof body === 'string' ? type : type.replace(/;.*/, '');
}

/** What is at a path. A look takes less time than a thread to take it on. */
function look(name: string): Stats | null {
  try {
    return statSync(name, { throwIfNoEntry: false }) ?? null;
  } catch {
    return null;
  }
}

/** Whether the browser navigates to a page. */
function isNavigation({ headers }: IncomingMessage): boolean {
  return isShown(headers) && (headers.accept ?? '').includes('text/html');
}
