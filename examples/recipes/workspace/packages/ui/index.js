export { label } from './label.js';
