export { HmrEngine } from '#native';
export {
  destinationOf,
  HmrEndpoint,
  HmrFiles,
  hmrPlugin,
  pull,
  terminalLines,
  transformPage,
} from './dist/node/index.js';
