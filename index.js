export {
  createHmr,
  defineConfig,
  destinationOf,
  HmrEndpoint,
  HmrEngine,
  HmrFiles,
  hmrPlugin,
  pull,
  terminalLines,
  transformPage,
} from './dist/node/index.js';
