import { svelte } from 'hotgraph/svelte';

export default { plugins: [svelte()] };
