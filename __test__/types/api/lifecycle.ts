const hot = import.meta.hot!;

hot.data.count ??= 0;
hot.data = { count: 1 };

hot.dispose((data) => {
  data.count = 1;
});
hot.dispose(async () => {});
import.meta.dispose?.((data) => data.count);
hot.prune((data) => data.count);

hot.invalidate();
hot.invalidate('the shape changed');
hot.decline();

// All of them work detached.
const { accept, dispose, prune, invalidate, decline, on, off, send } = hot;
accept();
dispose(() => {});
prune(() => {});
invalidate();
decline();
on('x', () => {});
off('x', () => {});
send('x');

// In code that is also served without hotgraph.
import.meta.hot?.accept();
const data = import.meta.hot?.data ?? {};
data.count ??= 0;

// @ts-expect-error: not a callback
hot.dispose('bye');
// @ts-expect-error: not a message
hot.invalidate(new Error('the shape changed'));
// @ts-expect-error: takes nothing
hot.decline('never');
// @ts-expect-error: there is one for each module
import.meta.hot = hot;
// @ts-expect-error: no such function
hot.status();

export {};
