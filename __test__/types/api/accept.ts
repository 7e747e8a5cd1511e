import type { AcceptCallback, AcceptListCallback, HotContext, ModuleView } from 'hotgraph/client';

// @ts-expect-error: there is none where the code runs without the dev server.
import.meta.hot.accept();
if (import.meta.hot) import.meta.hot.accept();

const hot: HotContext = import.meta.hot!;

// Itself, in all dialects.
hot.accept();
hot.accept((newModule) => newModule.count);
hot.accept((newModule) => newModule?.count);
hot.accept(({ module }) => module.count);
hot.accept(({ module: { count } }) => count);
hot.accept(async (newModule) => newModule.ready);
hot.accept({ bubbles: true });
hot.accept(({ module }) => module.count, { bubbles: true });
const maybe = undefined as AcceptCallback | undefined;
hot.accept(maybe);

// One dependency: a view.
hot.accept('./dep.js');
hot.accept('./dep.js', (dep) => dep.count);
hot.accept('./dep.js', ({ deps }) => deps[0]?.count);
hot.acceptDeps('./dep.js', ({ module }) => module.count);

// Several: a list.
hot.accept(['./a.js', './b.js']);
hot.accept(['./a.js', './b.js'], ([a, b]) => [a?.count, b?.count]);
hot.accept(['./a.js'] as const, ({ deps }) => deps.map((dep) => dep.count));
hot.acceptDeps(['./a.js', './b.js'], ({ deps: [a, b], module }) => [a, b, module.count]);

// Callbacks that know what they get.
type Dep = { count: number };
hot.accept((newModule: Dep) => newModule.count.toFixed());
hot.accept<Dep>('./dep.js', (dep) => dep.count.toFixed());
hot.accept('./dep.js', (dep: Dep | undefined) => dep?.count.toFixed());
hot.accept(['./a.js', './b.js'], ([a, b]: [Dep?, Dep?]) => [a?.count, b?.count]);
const onView: AcceptCallback = (view: ModuleView) => view.module.count;
const onList: AcceptListCallback = ([first]) => first?.module.count;
hot.accept(onView);
hot.accept('./dep.js', onView);
hot.accept(['./dep.js'], onList);

hot.acceptExports('count');
hot.acceptExports(['count', 'step'], (newModule) => newModule.count);

// -- what is wrong ----------------------------------------------------------------------------------

// @ts-expect-error: not a specifier
hot.accept(5);
// @ts-expect-error: not a specifier
hot.accept(['./a.js', 5]);
// @ts-expect-error: a url is no specifier
hot.accept(new URL('./a.js', import.meta.url));
// @ts-expect-error: the wrong way round
hot.accept(() => {}, './dep.js');
// @ts-expect-error: not a callback
hot.accept('./dep.js', './other.js');
// @ts-expect-error: no such option
hot.accept({ bubble: true });
// @ts-expect-error: a module of the list may not be part of the update
hot.accept(['./a.js'], ([a]) => a.count);
// @ts-expect-error: no dependency
hot.acceptDeps();
// @ts-expect-error: no dependency
hot.acceptDeps(() => {});
// @ts-expect-error: no names
hot.acceptExports();
// @ts-expect-error: known to have no such export
hot.accept<Dep>('./dep.js', (dep) => dep.step);
