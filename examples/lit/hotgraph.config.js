import { webComponents } from 'hotgraph/web-components';

export default { plugins: [webComponents()] };
