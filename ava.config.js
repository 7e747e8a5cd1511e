// The table of what module code means takes minutes: `npm run test:language` runs it alone.
const table = '__test__/language/language.test.js';

export default {
  files: process.env.HOTGRAPH_TABLE ? [table] : ['__test__/**/*.test.js', `!${table}`],
  // Most tests drive a browser: they wait more than they work, on two cores.
  concurrency: 3,
  timeout: '2m',
  failFast: false,
  workerThreads: false,
};
