export default {
  files: ['__test__/**/*.test.js'],
  // Most tests drive a browser: more than two at a time only make each other slow.
  concurrency: 2,
  timeout: '2m',
  failFast: false,
  workerThreads: false,
};
