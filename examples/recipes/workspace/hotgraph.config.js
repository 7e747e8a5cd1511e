import { defineConfig } from 'hotgraph';

export default defineConfig({ root: 'packages/app' });
