export { HmrEngine } from '#native';
export { hmrPlugin } from './dist/node/index.js';
