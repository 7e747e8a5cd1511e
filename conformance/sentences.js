/**
 * The contract of `import.meta.hot`, sentence by sentence: which tests show it (`<file of __test__>: <title>`), and
 * which scenarios show what each server does.
 *
 * A title that a test computes stands here with the value that it has in one of its runs.
 *
 * @type {{ section: string, text: string, tests: string[], scenarios: string[] }[]}
 */
export const sentences = [];

let section = '';
const say = (text, tests, scenarios = []) => sentences.push({ section, text, tests, scenarios });

section = 'accept';
say(
  '`accept()` accepts itself; importers are patched.',
  ['dialects/wds: accept() without a callback evaluates the module again'],
  ['accept()', 'importers: const'],
);
say(
  '`accept(cb)` accepts itself; the callback gets the view of the new generation.',
  [
    'dialects/vite/accept: import.meta.hot.accept((newModule) => …) behind a guard gets the new module',
  ],
  ['accept(cb)'],
);
say(
  "`accept('./dep.js', cb)` accepts that dependency; the callback gets the view of the new dependency.",
  [
    'dialects/vite/accept: import.meta.hot.accept(dep, (newFoo) => …): the importer does not run again',
  ],
  ['accept(dep, cb)'],
);
say(
  "`accept(['./a.js', './b.js'], cb)` accepts those dependencies; the callback gets the list.",
  [
    'dialects/bun: accept(["./foo", "./bar"], callback): each item is the updated module, or undefined',
  ],
  ['accept(deps, cb)'],
);
say(
  '`accept({ bubbles: true })`, `accept(cb, { bubbles: true })`: accepts itself and still lets the update go on to its importers.',
  ['contract/updates: accept({ bubbles: true }) takes the update and passes it on to importers'],
  ['accept({ bubbles })', 'accept(cb, { bubbles })'],
);
say(
  '`acceptDeps(deps, cb)`: older name of the two dependency forms.',
  ['contract/views: acceptDeps takes one specifier or a list'],
  ['acceptDeps()'],
);
say(
  '`acceptExports(names, cb)` accepts itself only if every importer uses nothing but these exports; else bubbles.',
  [
    'dialects/vite/accept-exports: acceptExports(names, cb) accepts when importers use no other exports: named',
    'dialects/vite/accept-exports: acceptExports(names) reloads the page where another export is used and no module accepts',
  ],
  ['acceptExports(), importers use no more', 'acceptExports(), an importer uses more'],
);
say(
  'The view has every export of the new generation as an enumerable live property.',
  ['contract/views: a callback gets a view: live, enumerable exports, hidden module and deps'],
  ['the view: exports'],
);
say(
  'Where no export has that name, the view has non-enumerable `module` (the new namespace itself) and `deps`.',
  [
    'dialects/wds: accept(({ module }) => { add = module.add })',
    'contract/views: exports called module and deps win over the hidden properties of the view',
  ],
  ['the view: module and deps'],
);
say(
  "The list is an array with the updated dependencies' views at their places and `undefined` for those that did not change or failed.",
  ['contract/views: accept([a, b], ([a, b]) => …) gets undefined for what did not change'],
  ['accept(deps, cb)'],
);
say(
  "The list has non-enumerable `deps` (every listed dependency's up-to-date namespace) and `module`.",
  [
    'contract/views: the list of accept([a, b], …) has all up-to-date dependencies in deps',
    'dialects/wds: accept(deps, …) is given every dependency when one changes',
  ],
  ['the list: deps'],
);
say(
  'If the new code fails to load, nothing is disposed, no callback runs, the error is shown, and the next good save applies.',
  [
    'dialects/vite/accept: if the new code fails to load nothing is disposed, no callback runs, and the next good save applies',
  ],
  ['new code that does not load', 'a broken save'],
);
say(
  'The callbacks that run are those that the current generation registered, once per update. On re-evaluation they are replaced.',
  ['contract/dispose: the callbacks of the current generation run, once'],
  ['callbacks of the current generation'],
);
say(
  'Several `accept` calls in one module add up.',
  ['contract/updates: several accept calls of a module add up'],
  ['several accept calls'],
);
say(
  'A specifier in `accept` resolves exactly as the same specifier would in `import` (bare, extension-less and mapped ones too).',
  [
    'hosts/host: nodeResolve: bare specifiers work in imports and in accept',
    'hosts/host: nodeResolve: specifiers may lack an extension',
    'contract/updates: specifiers of an import map are accepted as they are imported',
  ],
  ['accept of a bare specifier'],
);
say('A specifier in `accept` that names no import of the module is a warning with file and line.', [
  'faults/bad-input: an accepted specifier that names no import is a warning with its place',
]);
say(
  'Removing `accept` in a save still hot-applies that save.',
  [
    'contract/acceptance: removing accept() in a save still applies that save; the next one reloads',
  ],
  ['removing accept()'],
);
say(
  'Comments and strings do not count.',
  [
    'contract/acceptance: accept in a comment does not count',
    'contract/acceptance: accept in a string does not count',
  ],
  ['accept in a comment', 'accept in a string'],
);
say(
  '`import.meta.hot?.accept`, parentheses, aliases (`const hot = import.meta.hot`, `const { hot } = import.meta`) and helpers that are handed `import.meta.hot` do count.',
  [
    'contract/acceptance: accept is found through optional chaining',
    'contract/acceptance: accept is found through parentheses',
    'contract/acceptance: accept is found through an alias',
    'contract/acceptance: accept is found through a destructured alias',
    'contract/acceptance: accept is found through a helper',
  ],
  [
    'accept: ?.',
    'accept: parentheses',
    'accept: const hot = import.meta.hot',
    'accept: const { hot } = import.meta',
    'accept: a helper',
  ],
);
say(
  "What the parser can't see, the running page reports, and the server's graph takes it in.",
  [
    'contract/acceptance: the page reports registrations that the parser cannot see, and the graph takes them in',
  ],
  ['accept: a condition that is only known at run time'],
);

section = 'Importers are patched';
say(
  'After a self-accepted update, importers that did not re-run see the new exports: named.',
  ['contract/exports/forms: accept() without a callback: importers see new exports: const'],
  ['importers: const', 'importers: let', 'importers: class', 'importers: function'],
);
say(
  '… renamed.',
  [
    'contract/exports/forms: accept() without a callback: importers see new exports: a renamed export',
  ],
  ['importers: renamed'],
);
say(
  '… default.',
  [
    'contract/exports/forms: accept() without a callback: importers see new exports: a default expression',
  ],
  ['importers: default'],
);
say(
  '… namespace.',
  ['contract/exports/forms: accept() without a callback: importers see new exports: a namespace'],
  ['importers: namespace'],
);
say(
  '… re-exported (`export { x as y } from`).',
  [
    'contract/exports/forwards: accept() without a callback: importers see new exports through a module that re-exports',
  ],
  ['importers: re-exported'],
);
say(
  'They stay live when the new generation later reassigns a `let`.',
  [
    'contract/exports/forms: accept() without a callback: exports stay live when the new generation reassigns them',
  ],
  ['importers: later assignments'],
);
say(
  "With a callback, the callback decides what the accepting generation's exports become (`add = module.add`), and older generations mirror it.",
  [
    'contract/exports/callbacks: an accept callback decides which new exports importers see',
    'contract/exports/callbacks: a callback that assigns an export reaches importers of every generation',
  ],
  ['importers: a callback decides'],
);
say(
  'An export that was removed or cannot be patched is a warning that names it and its importers.',
  ['contract/exports/forms: a removed export is a warning that names it and its importers'],
  ['importers: a removed export'],
);
say(
  'Line numbers of the served code do not move.',
  ['contract/exports/forms: the lines of a patched module stay where they were'],
  ['line numbers'],
);

section = 'The rest';
say(
  '`dispose(cb)`: every registered callback runs before the new generation is evaluated, with `data`.',
  ['contract/dispose: data is one object for all generations, and dispose callbacks get it'],
  ['dispose()'],
);
say(
  'Promises are awaited, all callbacks of an update in parallel.',
  [
    'contract/dispose: dispose callbacks run in parallel, are awaited, and precede the new generation',
  ],
  ['dispose(): promises'],
);
say(
  '`import.meta.dispose(cb)`, as the @web/dev-server-hmr page writes it, is the same function.',
  ['dialects/wds: import.meta.dispose(() => …) runs before the new module'],
  ['import.meta.dispose()'],
);
say(
  '`prune(cb)` runs when nothing on the page imports the module any more, after its dispose callbacks, with `data`; then `data` is cleared, and importing the module again evaluates it again.',
  [
    'dialects/vite/dispose: prune callbacks run after the dispose callbacks, with data, which is gone when the module comes back',
    'dialects/vite/dispose: a dynamic import evaluates a pruned module again, once',
  ],
  ['prune()'],
);
say(
  '`data`: one object per module, kept over generations.',
  ['contract/dispose: data is one object for all generations, and dispose callbacks get it'],
  ['data is kept'],
);
say(
  'Assigning it (`hot.data = { foo }`) replaces it.',
  ['contract/dispose: assigning hot.data replaces it'],
  ['data is assigned'],
);
say(
  'A module that writes into `data` counts as self-accepting unless it declines or accepts in another way.',
  [
    'contract/dispose: a module that writes into data accepts itself, unless it declines',
    'contract/dispose: a module that writes into data and accepts only a dependency does not take its own update',
  ],
  ['data: writing accepts'],
);
say(
  '`invalidate(message?)` gives up this update: it goes on to the importers as if this module did not accept, in every tab.',
  [
    'contract/invalidate: invalidate() goes on to the importer that accepts, in every tab, without a reload',
  ],
  ['invalidate() goes on'],
);
say(
  'It reloads only where nothing above accepts.',
  [
    'dialects/wds: invalidate() reloads the page when nothing above accepts',
    'dialects/vite/invalidate: invalidate(message) reloads once where nothing above accepts, in every tab',
  ],
  ['invalidate() reloads where nothing accepts'],
);
say(
  'It terminates in cycles: at most one reload.',
  ['contract/invalidate: invalidate() in a cycle reloads at most once'],
  ['invalidate() in a cycle'],
);
say(
  '`decline()`: any update of, or through, this module reloads the page, once.',
  [
    'dialects/wds: decline() reloads the page, once an edit',
    'dialects/vite/invalidate: decline(): an update through the module reloads once, its data is new, and nothing is disposed',
  ],
  ['decline()', 'decline(), an update through it'],
);
say(
  '`on(event, cb)`, `off(event, cb)`: listeners of a generation go away when it is replaced.',
  [
    'dialects/vite/events: off(event, cb) removes a listener, and listeners of an older generation go with it',
  ],
  ['on(): listeners go with their generation', 'off()'],
);
say(
  '`send(event, data)`: to the server, where a listener gets it with the client and `client.send(event, data)` answers.',
  [
    'dialects/vite/messages: import.meta.hot.send and hmr.hot.on, client.send and import.meta.hot.on carry any JSON value',
  ],
  ['send()'],
);
say(
  '`hmr.hot.send(event, data)`: to all pages.',
  [
    'dialects/vite/messages: client.send reaches the page that sent, and hmr.hot.send reaches all pages',
  ],
  ['the server sends to all'],
);
say(
  'Built-in events under `vite:`, `bun:` and our own prefix: `beforeUpdate`, `afterUpdate`.',
  ['contract/events: beforeUpdate and afterUpdate go round an update, under every prefix'],
  ['events: vite:beforeUpdate, vite:afterUpdate', 'events: bun:beforeUpdate, bun:afterUpdate'],
);
say(
  '… `beforeFullReload`.',
  ['contract/reloads/reasons: beforeFullReload carries the reason'],
  ['events: vite:beforeFullReload', 'events: bun:beforeFullReload'],
);
say(
  '… `beforePrune`.',
  [
    'dialects/vite/events: vite:beforePrune comes before the callbacks, with paths, under every prefix',
  ],
  ['events: beforePrune'],
);
say(
  '… `invalidate`.',
  [
    'dialects/vite/events: vite:invalidate names the module that gave up, why, and the first one that did, under every prefix',
  ],
  ['events: invalidate'],
);
say(
  '… `error`.',
  ['dialects/vite/events: vite:error has err with message, stack and place, under every prefix'],
  ['events: vite:error', 'events: bun:error'],
);
say('… `ws:connect`, `ws:disconnect`.', [
  'dialects/vite/events: vite:ws:connect and vite:ws:disconnect have the socket, under every prefix',
]);
say(
  "Payloads have at least Vite's fields.",
  ['dialects/vite/events: vite:beforeUpdate and vite:afterUpdate name every accepted module'],
  ['events: payload of beforeUpdate'],
);
say(
  "`import.meta.webpackHot` is webpack's API, an object of its own.",
  [
    'contract/acceptance: import.meta.dispose is import.meta.hot.dispose, and webpackHot is a separate object',
  ],
  ['accept: import.meta.webpackHot'],
);
say(
  'Types: `"types": ["<package>/client"]` gives `import.meta.hot` and a `CustomEventMap` to extend.',
  ['contract/types: the public types fit how the API is used: bundler'],
);

section = 'Beyond JavaScript modules';
say(
  '`<link rel="stylesheet">` is swapped in place, query kept.',
  [
    'contract/styles: an edit of a linked style sheet keeps state, and one link element is left',
    'contract/styles: an edit of a style sheet keeps queries and attributes of the link',
  ],
  ['a linked style sheet'],
);
say(
  'So is what it `@import`s.',
  [
    'contract/linked-styles: <link rel="stylesheet"> and what it @imports, five levels down, is swapped without a flash',
  ],
  ['a linked style sheet: @import'],
);
say(
  'No flash of unstyled or doubly styled content.',
  ['contract/styles: no frame is without style, and none has both the old and the new'],
  ['a linked style sheet: no frame without style'],
);
say(
  "`import sheet from './x.css' with { type: 'css' }`: the same `CSSStyleSheet` object gets the new text wherever it is adopted; no JavaScript re-runs.",
  [
    'contract/css-and-json-modules: the same CSSStyleSheet object gets the new text in all shadow roots; no JavaScript re-runs',
  ],
  ['a CSS module script'],
);
say(
  'JSON modules bubble like JavaScript.',
  [
    'contract/css-and-json-modules: JSON modules bubble like JavaScript, through modules that accept nothing',
  ],
  ['a JSON module'],
);
say(
  "A worker's script, or anything else that cannot be replaced, reloads the pages that use it.",
  [
    "contract/reloads/reasons: a worker's script reloads the page that started it",
    'contract/reloads/reasons: a classic script reloads the page',
    'contract/reloads/reasons: fetched data reloads the page',
  ],
  ["a worker's script"],
);
say(
  'An HTML page is a node of the graph: editing it reloads only tabs that show it.',
  ['contract/html-pages: editing an HTML page reloads only the tabs that show it'],
  ['an edit of one of two pages'],
);
say(
  'Inline module scripts are importers and may accept dependencies.',
  [
    'contract/html-pages: inline module scripts are importers and accept dependencies, each its own, over F5 and below <base>',
  ],
  ['an inline module script accepts'],
);
say(
  'A file that no page has loaded changes nothing.',
  ['contract/reloads/tabs: a file that no page has loaded changes nothing'],
  ['a file that no page has loaded'],
);

section = 'What a page may rely on';
say(
  'After the last save, every tab shows the last bytes on disk, whatever happened in between: quick saves.',
  [
    'contract/saves/kinds: saves of a module and of its import, at once, show the newest of both',
    'contract/saves/during-updates: a save during an update waits for it and is applied after it',
  ],
  ['back-to-back saves', 'a module and what it imports, saved at once'],
);
say('… torn writes.', ['contract/saves/kinds: a save in three parts never runs a part']);
say('… a dropped socket.', [
  'faults/socket: a dropped socket comes back and brings what was missed',
]);
say(
  '… a restarted server.',
  [
    'faults/restart/edits: edits while no server runs are applied when it is back, as one update',
    'contract/reloads/once: a restarted server that keeps no record reloads the page once, says why, and then updates work',
  ],
  ['a restarted server'],
);
say(
  '… in every tab.',
  ['contract/saves/during-loads: two tabs that load and update at different times end up the same'],
  ['two tabs'],
);
say(
  'At most one current generation of a module per page; static and dynamic importers share it, before and after F5.',
  [
    'contract/instances: literal and computed dynamic imports get the instance of static imports, over edits',
    'contract/instances: a dynamic import gets the same instance after F5',
  ],
  ['static and dynamic imports', 'a dynamic import alone', 'a diamond'],
);
say(
  'An update is all or nothing: it is fetched and known to parse before anything is disposed.',
  [
    'faults/bad-input: an import of a missing file disposes of nothing, and creating the file fixes it',
    'faults/bad-input: a syntax error names file, line and column, shows the code, and changes nothing',
  ],
  ['new code that does not load', 'a broken save', 'a missing import'],
);
say(
  "Every full reload says why, in the page's console: the changed file, the chain, the place that did not accept, and what would have.",
  [
    'contract/reloads/reasons: a dead end names the change, the chain and the call that would accept it',
  ],
  ['a reload says why'],
);
say(
  'Only pages whose own graph reaches the change without a boundary reload.',
  ['contract/reloads/tabs: a shared module reloads only the page in which no module accepts it'],
  ['only pages that the change reaches'],
);
say(
  'A save that changes no byte does nothing.',
  ['contract/saves/kinds: a save that changes no byte does nothing'],
  ['equal bytes'],
);
