import { vue } from 'hotgraph/vue';

export default { plugins: [vue()] };
