/** What `#native` stands for: the addon of this system, whose types are in native.d.ts. */

import { loadAddon } from './load.js';
import { platformName } from './platform.js';

export const { codeFrame, HmrEngine, makeElementsHot } = loadAddon(
  platformName(),
  new URL('../../../', import.meta.url),
);
