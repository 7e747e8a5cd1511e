import { react } from 'hotgraph/react';

export default { plugins: [react()] };
