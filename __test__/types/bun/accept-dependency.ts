import { count } from './foo';

import.meta.hot!.accept('./foo', () => {
  // @ts-expect-error: the document forgot the callback's parameter.
  if (!newModule) return;

  console.log('updated: count is now ', count);
});
