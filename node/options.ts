/**
 * Options: a call checks what it is configured with by itself, so that a mistake is said where it was made.
 *
 * The schemas say what is allowed. Defaults and meanings are with the types of the calls.
 */

import { closestMatch } from 'leven';
import * as v from 'valibot';
import { originOf } from './server/access.js';

const flag = v.optional(v.boolean('has to be true or false'));

const listener = v.optional(v.function('has to be a function'));

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

/** Options of `hmrPlugin`. */
const plugin = v.strictObject({
  ...pages,
  logLevel: v.optional(
    v.picklist(
      ['debug', 'info', 'warn', 'error', 'silent'],
      'has to be "debug", "info", "warn", "error" or "silent"',
    ),
  ),
  watch: v.optional(v.union([v.boolean(), v.literal('poll')], 'has to be true, false or "poll"')),
  cacheDir: v.optional(
    v.union([v.string(), v.literal(false)], 'has to be the path of a folder, or false'),
  ),
  onEvent: listener,
});

/** Options of `HmrEndpoint`. */
const endpoint = v.strictObject({
  ...pages,
  server: v.custom(
    (value) => typeof (value as { on?: unknown } | null)?.on === 'function',
    'has to be a server',
  ),
  basePath: v.optional(
    v.pipe(
      v.string('has to be a path'),
      v.regex(/^(?:\/[^?#]*[^/?#])?$/, 'has to begin with a slash and not to end with one'),
    ),
  ),
  onConnect: listener,
  onMessage: listener,
  onDisconnect: listener,
  waiting: listener,
  onRefused: listener,
});

/** What is configured, by the name of the call. */
const schemas = { 'hmrPlugin()': plugin, 'new HmrEndpoint()': endpoint };

/**
 * Checks the options of a call.
 *
 * @throws {TypeError} for unknown names, wrong types and wrong values, all of them in one message.
 */
export function checkOptions(call: keyof typeof schemas, options: unknown): void {
  const schema = schemas[call];
  const { issues = [] } = v.safeParse(schema, options);
  const sentences = issues.map((issue) => {
    const [first, ...rest] = issue.path ?? [];
    if (!first) return `${call} takes an object of options, not ${issue.received}.`;
    const name = String(first.key);
    if (issue.expected === 'never') {
      const nearest = closestMatch(name, Object.keys(schema.entries), { maxDistance: 3 });
      const names = Object.keys(schema.entries).join(', ');
      const hint = nearest ? `Did you mean "${nearest}"?` : `There are: ${names}.`;
      return `${call} has no option "${name}". ${hint}`;
    }
    if (issue.received === 'undefined') return `${call} needs the option "${name}".`;
    const place = rest.map(({ key }) => `[${String(key)}]`).join('');
    const { received, message } = issue;
    return `The option "${name}${place}" of ${call} is ${received}, and ${message}.`;
  });
  if (sentences.length > 0) throw new TypeError(`[hotgraph] ${sentences.join(' ')}`);
}
