/**
 * The modules that the dev server serves for hotgraph itself: the compiled browser client and `env.js`.
 *
 * The client's files are below a folder named after their content: browsers keep them for good.
 */

import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';

/** The folder of all our endpoints, below the server's base path. */
export const ENDPOINT = '/__hotgraph/';

/** What a page has to know of the server. Mirrored by `browser/env.d.ts`. */
export interface ClientEnv {
  /** Names this run of the server. */
  session: string;
  /** Opens the socket. */
  token: string;
  /** The newest version when the module was served. */
  version: number;
  /** The socket's path, base path included. */
  socketPath: string;
  /** Whether problems are shown over the page. */
  overlay: boolean;
}

/** A response of ours. */
export interface Asset {
  /** The text to send. */
  body: string;
  /** A file extension that names the media type. */
  type: 'js';
  /** Response headers. */
  headers: Record<string, string>;
}

/**
 * Keep other sites' pages from loading what is ours, in any way and into any process. That there are no CORS
 * headers is on purpose.
 */
const CLOSED = {
  'cross-origin-resource-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
};

interface CompiledClient {
  hash: string;
  files: ReadonlyMap<string, string>;
}

/** The module that defines bodies, next to the client's own files. */
const BODIES = 'bodies.js';

/** The module that passes the namespace of another one on. */
const NAMESPACE = 'namespace.js';

/** The module by which a page says that its policy forbids the socket. */
const POLICY = 'policy.js';

/** The module that stands in for one that browsers do not have. */
const ABSENT = 'absent.js';

/** The module that says what idle pages can fetch. Servers that make packs answer it in `packing.ts`. */
export const AHEAD = 'ahead.js';

/** The modules that are made for each request. */
const MADE = new Set(['env.js', BODIES, NAMESPACE, POLICY, ABSENT, AHEAD]);

/** The names of modules that bring bodies of packs. */
const CHUNK = /^pack-[0-9a-f]{16}\.js$/;

/** The `cache-control` of files that never change under their url. */
const FOR_GOOD = 'max-age=31536000, immutable';

/** A file in a folder of ours. */
const PLACE = new RegExp(`^${ENDPOINT}([0-9a-f]{12})/([^/]+)$`);

let compiled: CompiledClient | undefined;

/** The compiled client, read once a process. @throws when the package was not built. */
function compiledClient(): CompiledClient {
  if (compiled) return compiled;
  const folder = new URL('../../page/', import.meta.url);
  const names = readdirSync(folder).filter((name) => name.endsWith('.js'));
  const files = new Map(names.map((name) => [name, readFileSync(new URL(name, folder), 'utf8')]));
  const hash = createHash('sha256');
  for (const [name, text] of files) hash.update(name).update('\0').update(text).update('\0');
  compiled = { hash: hash.digest('hex').slice(0, 12), files };
  return compiled;
}

/** The path of the client's main module, below the base path. */
export function clientPath(): string {
  return `${ENDPOINT}${compiledClient().hash}/main.js`;
}

/**
 * The asset at `path` (below the base path), or `null` when there is none.
 *
 * @param env Is asked for when it is one of ours. A string is the reason why all of them are refused.
 * @param query Of the request, without the question mark.
 * @param bodies Makes the text of the module that defines bodies.
 * @param chunk The text of a module that brings bodies of a pack, by its name.
 * @param forbidden A page's policy forbids the socket. Returns what the page is to say of it.
 */
export function findAsset(
  path: string,
  query: string,
  env: () => ClientEnv | string,
  bodies: (urls: string[]) => string,
  chunk: (name: string) => string | null,
  forbidden: () => string,
): Asset | null {
  if (!path.startsWith(ENDPOINT)) return null;
  const { hash, files } = compiledClient();
  const [, folder, name = ''] = PLACE.exec(path) ?? [];
  const file = folder === hash ? files.get(name) : undefined;
  // The client of another version finds out here that another server answers now.
  if (file === undefined && !MADE.has(name) && !CHUNK.test(name)) return null;
  const known = env();
  if (typeof known === 'string') {
    const reason = JSON.stringify(`[hotgraph] refused: ${known}`);
    return madeModule(`throw new Error(${reason});export {};`);
  }
  if (file !== undefined) return asset(file, FOR_GOOD);
  if (CHUNK.test(name)) {
    const text = chunk(name);
    if (text !== null) return asset(text, FOR_GOOD);
    // Browsers go back to their copy of a module, which may name bodies that no longer exist.
    return madeModule(`import{lost}from"./main.js";lost();export{};`);
  }
  if (name === BODIES) return madeModule(bodies(new URLSearchParams(query).getAll('u')));
  if (name === POLICY) {
    return madeModule(`export const reason = ${JSON.stringify(forbidden())};`);
  }
  if (name === ABSENT) return madeModule(absent(new URLSearchParams(query)));
  if (name === AHEAD) return aheadModule([]);
  if (name === NAMESPACE) {
    const from = JSON.stringify(new URLSearchParams(query).get('of') ?? '');
    return madeModule(`import*as namespace from${from};export{namespace};`);
  }
  // `export` keeps other origins from reading it: a classic script tag cannot parse it, and a module script tag
  // needs CORS, which is not granted.
  return madeModule(`export const env = ${JSON.stringify(known)};`);
}

/** The module that says which chunks an idle page can fetch. */
export function aheadModule(chunks: readonly string[]): Asset {
  return madeModule(`export const chunks = ${JSON.stringify(chunks)};`);
}

/** A module that is made for one request. */
function madeModule(body: string): Asset {
  return asset(body, 'no-store');
}

function asset(body: string, cacheControl: string): Asset {
  return { body, type: 'js', headers: { 'cache-control': cacheControl, ...CLOSED } };
}

/**
 * A module with these names, all of which can be held and extended. Whoever uses one gets an error that says whose it is.
 * Where a package wants no such module in browsers, it is empty.
 */
function absent(query: URLSearchParams): string {
  const names = query
    .getAll('name')
    .filter((name) => /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name));
  const list = names.map((name, index) => `e${index} as ${name}`).join(',');
  const exported = `export{${list}};`;
  if (query.has('empty')) {
    const empty = names.map((_, index) => `let e${index};`).join('');
    return `${empty}${exported}export default {};`;
  }
  const [of, by] = [JSON.stringify(query.get('of') ?? ''), JSON.stringify(query.get('by') ?? '')];
  const made = names.map((name, index) => `const e${index}=absent(${JSON.stringify(name)});`);
  return `const fail=(name)=>{throw new Error(${by}+' uses "'+name+'" of "'+${of}+'", a module of Node that browsers do not have. Import it on the server only, or install a package that does the same in browsers.')};
const absent=(name)=>new Proxy(class{},{
get:(of,key)=>typeof key==='symbol'||key==='then'||key==='prototype'?of[key]:absent(name?name+'.'+key:key),
apply:()=>fail(name),construct:()=>fail(name)});
${made.join('')}${exported}export default absent('');`;
}
