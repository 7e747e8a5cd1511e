export { HmrEngine } from '#native';
export { destinationOf, HmrEndpoint, hmrPlugin, transformPage } from './dist/node/index.js';
