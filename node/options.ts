/**
 * Options: each call checks its own options, and reports a mistake where it was made.
 *
 * The schemas say what is allowed. Defaults and meanings are with the types of the calls.
 */

import { closestMatch } from 'leven';
import * as v from 'valibot';
import { problemOf } from './plugins/check.js';
import type { PluginOption } from './plugins/plugin.js';
import { originOf } from './server/access.js';

const flag = v.optional(v.boolean('has to be true or false'));

const listener = v.optional(v.function('has to be a function'));

const watch = v.optional(
  v.union([v.boolean(), v.literal('poll')], 'has to be true, false or "poll"'),
);

/** Whether a text is a path as urls have it: what browsers would write otherwise never begins a url. */
function isPathOfUrl(text: string): boolean {
  const url = URL.canParse(text, 'http://host') ? new URL(text, 'http://host') : undefined;
  return url?.host === 'host' && url.pathname === text;
}

/** What urls begin with. */
const base = v.optional(
  v.pipe(
    v.string('has to be a path'),
    v.regex(/^(?:\/[^?#]*[^/?#])?$/, 'has to begin with a slash and not to end with one'),
    v.check((text) => text === '' || isPathOfUrl(text), 'has to be spelled as in urls'),
  ),
);

/** What `hmrPlugin` and `HmrEndpoint` have in common. */
const pages = {
  allowedHosts: v.optional(
    v.array(
      v.pipe(
        v.string('has to be a host name'),
        v.regex(/^[^\s/:@]+$/, 'has to be a host name alone, such as "dev.example.com"'),
      ),
      'has to be a list of host names',
    ),
  ),
  allowedOrigins: v.optional(
    v.array(
      v.pipe(
        v.string('has to be an origin'),
        v.check(
          (text) => originOf(text) !== undefined,
          'has to be an origin, such as "https://dev.example.com"',
        ),
      ),
      'has to be a list of origins',
    ),
  ),
  overlay: flag,
};

/** What `hmrPlugin` and `createHmr` have in common. */
const hot = {
  ...pages,
  logLevel: v.optional(
    v.picklist(
      ['debug', 'info', 'warn', 'error', 'silent'],
      'has to be "debug", "info", "warn", "error" or "silent"',
    ),
  ),
  watch,
  cacheDir: v.optional(
    v.union([v.string(), v.literal(false)], 'has to be the path of a folder, or false'),
  ),
  pack: flag,
  onEvent: listener,
  plugins: v.optional(
    v.custom<PluginOption[]>(
      (value) => problemOf(value) === undefined,
      ({ input }) => problemOf(input) ?? '',
    ),
  ),
};

/** Options of `hmrPlugin`. */
const plugin = v.strictObject(hot);

/** Options of `HmrEndpoint`. */
const endpoint = v.strictObject({
  ...pages,
  server: v.custom(
    (value) => typeof (value as { on?: unknown } | null)?.on === 'function',
    'has to be a server',
  ),
  basePath: base,
  onConnect: listener,
  onMessage: listener,
  onDisconnect: listener,
  waiting: listener,
  onRefused: listener,
});

const text = (message: string) => v.pipe(v.string(message), v.regex(/./, message));

const path = text('has to be the path of a folder');

/** Options of `createHmr`. */
const server = v.strictObject({
  ...hot,
  root: v.optional(path),
  base: v.optional(
    v.pipe(
      v.string('has to be a path'),
      v.check(
        (text) => text === '' || isPathOfUrl(text),
        'has to be a path that begins with a slash, such as "/app", spelled as in urls',
      ),
    ),
  ),
  spa: flag,
});

/** The beginning of urls that are files: `/assets/`. */
const prefix = v.pipe(
  v.string('has to be the beginning of urls'),
  v.check(isPathOfUrl, 'has to begin with a slash, such as "/assets/", spelled as in urls'),
);

/** Folders by the beginning of their urls. */
const maps = v.optional(
  v.record(prefix, path, 'has to be an object of folders by the beginning of their urls'),
);

/** Options of `HmrEngine`. */
const engine = v.strictObject({
  root: path,
  base,
  outside: v.optional(v.string('has to be the beginning of a path')),
  maps,
  clientUrl: text('has to be a url'),
  watch,
  servesFiles: flag,
  resolvesOnly: flag,
  pulls: flag,
  answersForHost: flag,
  packsFrom: v.optional(
    v.pipe(
      v.number('has to be a number'),
      v.integer('has to be whole'),
      v.minValue(0, 'has to be 0 or more'),
    ),
  ),
  mode: v.optional(text('has to be the name of a mode')),
  asksSpecifiers: flag,
  asksMeaning: flag,
  isHostFirst: flag,
  compile: v.optional(
    v.strictObject(
      {
        jsxImportSource: v.optional(text('has to be the name of a package')),
        jsxRuntime: v.optional(
          v.picklist(['automatic', 'classic'], 'has to be "automatic" or "classic"'),
        ),
        refresh: v.optional(text('has to be a url')),
      },
      'has to be an object of options',
    ),
  ),
  snapshot: v.optional(
    v.strictObject(
      {
        file: text('has to be the path of a file'),
        settings: v.string('has to be a text'),
        fixed: v.optional(
          v.array(v.string('has to be the beginning of a url'), 'has to be a list of urls'),
        ),
      },
      'has to be an object of options',
    ),
  ),
});

/** Where a backend is. */
const target = v.pipe(
  v.string('has to be the address of the backend'),
  v.check(
    (value) => /^https?:\/\//i.test(value) && URL.canParse(value),
    'has to be the address of the backend, such as "http://localhost:3000"',
  ),
  v.check(
    (value) =>
      !URL.canParse(value) || /^\/?$/.test(new URL(value).pathname + new URL(value).search),
    'has to be scheme, host and port alone, such as "http://localhost:3000"',
  ),
);

/** Options of the command, in its configuration file. Its flags are checked by the same entries. */
export const command = v.strictObject({
  ...server.entries,
  port: v.optional(
    v.pipe(
      v.number('has to be a whole number from 0 to 65535'),
      v.integer('has to be a whole number from 0 to 65535'),
      v.minValue(0, 'has to be a whole number from 0 to 65535'),
      v.maxValue(65535, 'has to be a whole number from 0 to 65535'),
    ),
  ),
  host: v.optional(v.union([v.boolean(), text('')], 'has to be a host name, or true for all')),
  open: v.optional(v.union([v.boolean(), text('')], 'has to be true, false or a path to open')),
  https: flag,
  cert: v.optional(text('has to be the path of a file')),
  key: v.optional(text('has to be the path of a file')),
  proxy: v.optional(
    v.strictObject(
      {
        target,
        maps,
        reloadOn: v.optional(
          v.array(text('has to be a pattern of files'), 'has to be a list of patterns of files'),
        ),
      },
      'has to be an object of options',
    ),
  ),
});

/** What is configured, by the name of the call. */
const schemas = {
  'hotgraph.config': command,
  'hmrPlugin()': plugin,
  'createHmr()': server,
  'new HmrEndpoint()': endpoint,
  'new HmrEngine()': engine,
};

/**
 * Checks the options of a call.
 *
 * @param name What the messages call it. Default: as it is written in code.
 * @throws {TypeError} for unknown names, wrong types and wrong values, all of them in one message.
 */
export function checkOptions(
  call: keyof typeof schemas,
  options: unknown,
  name: string = call,
): void {
  if (Array.isArray(options)) {
    throw new TypeError(`[hotgraph] ${name} takes an object of options, not a list.`);
  }
  const { issues = [] } = v.safeParse(schemas[call], options);
  const sentences = issues.map((issue) => {
    const path = issue.path ?? [];
    const last = path.at(-1);
    if (!last) return `${name} takes an object of options, not ${issue.received}.`;
    const option = String(last.key);
    const owner = path.length > 1 ? `${nameOf(path.slice(0, -1))} of ${name}` : name;
    if (issue.expected === 'never') {
      const names = namesAt(schemas[call], path.slice(0, -1));
      // More would leave nothing of a short word.
      const maxDistance = Math.min(3, Math.floor(option.length / 2));
      const nearest = closestMatch(option, names, { maxDistance });
      const hint = nearest ? `Did you mean "${nearest}"?` : `There are: ${names.join(', ')}.`;
      return `${owner} has no option "${option}". ${hint}`;
    }
    if (issue.received === 'undefined') return `${owner} needs the option "${option}".`;
    // A message about a plugin names the plugin itself.
    if (last.key === 'plugins') return `${nameOf(path)} of ${name} ${issue.message}.`;
    return `${nameOf(path)} of ${name} is ${issue.received}, and ${issue.message}.`;
  });
  if (sentences.length > 0) throw new TypeError(`[hotgraph] ${sentences.join(' ')}`);
}

/** What an option is called: `The option "snapshot.fixed[0]"`. */
function nameOf(path: readonly { readonly key: unknown }[]): string {
  const parts = path.map(({ key }) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`));
  return `The option "${parts.join('').slice(1)}"`;
}

/** The options that there are, in an object of options or in one that is an option of it. */
function namesAt(schema: unknown, path: readonly { readonly key: unknown }[]): string[] {
  type Shape = { entries?: Record<string, Shape>; wrapped?: Shape };
  let shape = schema as Shape | undefined;
  for (const { key } of path) {
    const option = shape?.entries?.[String(key)];
    shape = option?.wrapped ?? option;
  }
  return Object.keys(shape?.entries ?? {});
}
