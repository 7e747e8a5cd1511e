import hotgraph = require('hotgraph');

module.exports = { plugins: [hotgraph.hmrPlugin()] };
