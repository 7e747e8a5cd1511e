export { HmrEngine } from '#native';
export {
  destinationOf,
  HmrEndpoint,
  HmrFiles,
  hmrPlugin,
  transformPage,
} from './dist/node/index.js';
