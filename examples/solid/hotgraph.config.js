import { solid } from 'hotgraph/solid';

export default { plugins: [solid()] };
