import { defineConfig, type HotgraphConfig } from 'hotgraph';

export default defineConfig({
  root: 'app',
  port: 8000,
  host: true,
  open: '/start',
  https: true,
  spa: true,
  logLevel: 'warn',
  proxy: {
    target: 'http://localhost:3000',
    maps: { '/assets/': 'app/assets/' },
    reloadOn: ['app/views/**'],
  },
});

// @ts-expect-error: there is no such option.
defineConfig({ prot: 8000 });

// @ts-expect-error: a proxy needs its target.
export const config: HotgraphConfig = { proxy: {} };
