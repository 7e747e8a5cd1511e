import { getCount } from './foo.ts';

console.log('count is ', getCount());

import.meta.hot!.accept();

export function getNegativeCount() {
  return -getCount();
}
