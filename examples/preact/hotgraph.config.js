import { preact } from 'hotgraph/preact';

export default { plugins: [preact()] };
