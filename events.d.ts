/**
 * Events between pages and the server's own code. Give yours types by extending {@link CustomEventMap}:
 *
 * ```ts
 * // events.d.ts
 * import 'hotgraph/client';
 *
 * declare module 'hotgraph/client' {
 *   interface CustomEventMap {
 *     'my:event': { text: string };
 *   }
 * }
 * ```
 *
 * Keep the import. Without it, the file is not a module, and the declaration replaces the package's types.
 *
 * @module hotgraph/events
 */

/** Names and payloads of your own events, in both directions. Extend it. */
// biome-ignore lint/suspicious/noEmptyInterface: users extend it.
export interface CustomEventMap {}

/** The name of an event of your own: a declared one, or any other. */
export type CustomEventName = keyof CustomEventMap | (string & {});

/** The payload of an event of your own; `any` for an undeclared event. */
export type CustomEventPayload<Name extends string> = Name extends keyof CustomEventMap
  ? CustomEventMap[Name]
  : // biome-ignore lint/suspicious/noExplicitAny: payloads of undeclared events are unknown on purpose.
    any;
