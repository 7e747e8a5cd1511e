import type {
  CustomEventMap,
  ErrorPayload,
  EventPayload,
  FullReloadPayload,
  UpdatePayload,
} from 'hotgraph/client';

const hot = import.meta.hot!;

/** Whether two types are the same. */
type Same<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const same = <A, B>(_: Same<A, B>) => {};

// Each built-in event, under each of its prefixes.
same<EventPayload<'vite:beforeUpdate'>, UpdatePayload>(true);
same<EventPayload<'bun:beforeUpdate'>, UpdatePayload>(true);
same<EventPayload<'hotgraph:afterUpdate'>, UpdatePayload>(true);
same<EventPayload<'vite:beforeFullReload'>, FullReloadPayload>(true);
same<EventPayload<'bun:error'>, ErrorPayload>(true);
same<EventPayload<'nobody:knows'>, UpdatePayload>(false);
same<CustomEventMap['my:event'], { msg: string }>(true);

hot.on('vite:beforeUpdate', ({ type, updates: [first] }) => [type, first?.acceptedPath]);
hot.on('bun:afterUpdate', ({ updates }) => updates.map(({ path, timestamp }) => path + timestamp));
hot.on('hotgraph:beforeFullReload', ({ path, message }) => `${path ?? ''}: ${message}`);
hot.on('vite:beforePrune', ({ paths }) => paths.length);
hot.on('bun:invalidate', ({ path, message, firstInvalidatedBy }) => [
  path.length,
  message?.length,
  firstInvalidatedBy.length,
]);
hot.on('vite:error', ({ err }) => [err.message, err.stack, err.loc?.line, err.frame?.length]);
hot.on('bun:ws:connect', ({ webSocket }) => webSocket.readyState);
hot.on('hotgraph:ws:disconnect', async ({ webSocket }) => webSocket.url);

// Events of one's own.
hot.on('my:response', ({ msg }) => msg.length);
hot.send('my:event', { msg: 'hello' });
const listener = ({ msg }: { msg: string }) => msg;
hot.on('my:response', listener);
hot.off('my:response', listener);

// Events without a declaration, as in Vite.
hot.on('nobody:knows', (data) => data.anything.at.all);
hot.send('nobody:knows', { anything: true });
hot.send('nobody:knows');
const name: string = 'x';
hot.on(name, (data) => data.anything);

// -- what is wrong ----------------------------------------------------------------------------------

// @ts-expect-error: no such field
hot.on('vite:beforeUpdate', ({ paths }) => paths);
// @ts-expect-error: it is a string
hot.on('my:response', ({ msg }) => msg.count);
// @ts-expect-error: it is a string
hot.send('my:event', { msg: 5 });
// @ts-expect-error: `msg` is missing
hot.send('my:event', {});
// @ts-expect-error: the listener takes something else
hot.off('my:response', (count: number) => count);
// @ts-expect-error: events have names
hot.on(5, () => {});
// @ts-expect-error: no callback
hot.on('my:response');
