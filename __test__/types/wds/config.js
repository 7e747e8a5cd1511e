import { hmrPlugin } from 'hotgraph';

export default {
  plugins: [hmrPlugin()],
};
