/** The module that React components register at, as text: code of the page. */

import { BOUNDARY } from '../boundary.js';

/** Its text. One instance a page. */
export const RUNTIME = `
import * as namespace from 'react-refresh/runtime';

const runtime = namespace.default ?? namespace;
const { register, createSignatureFunctionForTransform: sign } = runtime;
const isComponent = (value) => runtime.isLikelyComponentType(value);
const apply = () => runtime.performReactRefresh();
runtime.injectIntoGlobalHook(globalThis);
${BOUNDARY}`;
