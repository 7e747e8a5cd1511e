export { HmrEngine } from '#native';
export {
  destinationOf,
  HmrEndpoint,
  HmrFiles,
  hmrPlugin,
  pull,
  transformPage,
} from './dist/node/index.js';
