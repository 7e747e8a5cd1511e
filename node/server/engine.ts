/**
 * The engine as the package exports it: the native one, with checked options.
 */

import { type EngineOptions, HmrEngine as NativeEngine } from '#native';
import { checkOptions } from '../options.js';

/**
 * The engine: watches files, analyses modules, keeps the module graph and turns changes into updates for pages. Make one
 * for each dev server. It does not keep the process alive.
 *
 * A *url* is what the browser asked for: path and query, with or without version stamp.
 */
export class HmrEngine extends NativeEngine {
  /**
   * Starts an engine.
   *
   * @param onMessage Gets every message as JSON text: with a `client` of 1 or more a `ServerMessage` to send on that
   *   page's socket, with 0 a `HostEvent` for the dev server itself.
   * @throws {TypeError} for unknown options and wrong values.
   * @throws {Error} when the operating system gives no thread.
   */
  constructor(options: EngineOptions, onMessage: (client: number, text: string) => void) {
    checkOptions('new HmrEngine()', options);
    super(options, onMessage);
  }
}
