/**
 * What calls say about unknown options, wrong values, and plugins that exclude each other.
 */
import { EventEmitter } from 'node:events';
import test from 'ava';
import { createHmr, HmrEndpoint, HmrEngine, hmrPlugin } from 'hotgraph';
import { CLIENT } from '../helpers/engine.js';

const plugin = (options) => () => hmrPlugin(options);
const server = (options) => () => createHmr(options);
const endpoint = (options) => () => new HmrEndpoint({ server: new EventEmitter(), ...options });
const engine = (options) => () =>
  new HmrEngine({ root: import.meta.dirname, clientUrl: CLIENT, ...options }, () => {});

for (const [call, message] of [
  [plugin({ logLevle: 'info' }), 'hmrPlugin() has no option "logLevle". Did you mean "logLevel"?'],
  [plugin({ allowedHost: [] }), 'Did you mean "allowedHosts"?'],
  [plugin({ loglevel: 'info' }), 'Did you mean "logLevel"?'],
  [plugin({ port: 8000 }), 'hmrPlugin() has no option "port". There are: '],
  [plugin(null), 'hmrPlugin() takes an object of options, not null.'],
  [plugin('debug'), 'hmrPlugin() takes an object of options, not "debug".'],
  [plugin([]), 'hmrPlugin() takes an object of options, not a list.'],
  [
    plugin({ logLevel: 'loud' }),
    'The option "logLevel" of hmrPlugin() is "loud", and has to be "debug", "info",',
  ],
  [plugin({ watch: 'polling' }), 'is "polling", and has to be true, false or "poll".'],
  [plugin({ cacheDir: true }), 'is true, and has to be the path of a folder, or false.'],
  [plugin({ overlay: 'no' }), 'has to be true or false.'],
  [plugin({ onEvent: 'log' }), 'has to be a function.'],
  [plugin({ allowedHosts: 'a.example' }), 'has to be a list of host names.'],
  [plugin({ allowedHosts: ['a.example', 'https://b.example'] }), 'The option "allowedHosts[1]"'],
  [plugin({ allowedHosts: ['b.example:8000'] }), 'has to be a host name alone'],
  [plugin({ allowedOrigins: ['dev.example.com'] }), 'such as "https://dev.example.com".'],
  [plugin({ watch: 1, overlay: 1 }), /"overlay".*"watch"/],
  [server({ rot: '.' }), 'createHmr() has no option "rot". Did you mean "root"?'],
  [server({ base: 'app' }), 'is "app", and has to be a path that begins with a slash'],
  [server({ base: '/app?x' }), 'has to be a path that begins with a slash'],
  [server({ base: '/a b' }), 'is "/a b", and has to be a path that begins with a slash'],
  [server({ base: '//app' }), /"\/\/app".*spelled as in urls/],
  [server({ base: '/a/../b' }), /"\/a\/\.\.\/b".*spelled as in urls/],
  [endpoint({ basePath: '/ü' }), 'has to be spelled as in urls'],
  [engine({ maps: { 'a/': '/b' } }), 'has to begin with a slash, such as "/assets/"'],
  [engine({ maps: { '/a b/': '/b' } }), /maps.*spelled as in urls/],
  [
    server({ spa: 'yes' }),
    'The option "spa" of createHmr() is "yes", and has to be true or false.',
  ],
  [
    server({ root: 1 }),
    'The option "root" of createHmr() is 1, and has to be the path of a folder.',
  ],
  [server({ logLevel: 'loud' }), 'The option "logLevel" of createHmr() is "loud"'],
  [endpoint({ server: undefined }), 'new HmrEndpoint() needs the option "server".'],
  [endpoint({ server: {} }), 'has to be a server.'],
  [endpoint({ onconnect() {} }), 'Did you mean "onConnect"?'],
  [endpoint({ basePath: 'base' }), 'has to begin with a slash and not to end with one.'],
  [endpoint({ basePath: '/base/' }), 'is "/base/", and has to begin with a slash and not to end'],
  [
    engine({ servesfiles: true }),
    'new HmrEngine() has no option "servesfiles". Did you mean "servesFiles"?',
  ],
  [engine({ plugins: [] }), 'new HmrEngine() has no option "plugins". There are: root, base,'],
  [
    engine({ snapshot: { file: '/x', setings: '' } }),
    /The option "snapshot" of new HmrEngine\(\) needs the option "settings"\..*Did you mean "settings"\?/,
  ],
  [
    engine({ snapshot: { file: '/x', settings: '', version: 1 } }),
    'The option "snapshot" of new HmrEngine() has no option "version". There are: file, settings, fixed.',
  ],
  [
    engine({ snapshot: { file: '/x', settings: '', fixed: ['/a', 1] } }),
    'The option "snapshot.fixed[1]" of new HmrEngine() is 1, and has to be the beginning of a url.',
  ],
  [engine({ snapshot: '/x' }), 'is "/x", and has to be an object of options.'],
  [engine({ root: undefined }), 'new HmrEngine() needs the option "root".'],
  [engine({ root: '' }), 'The option "root" of new HmrEngine() is "", and has to be the path of'],
  [engine({ base: '/app/' }), 'The option "base" of new HmrEngine() is "/app/", and has to begin'],
  [engine({ watch: 'often' }), 'is "often", and has to be true, false or "poll".'],
  [
    engine({ pulls: 1 }),
    'The option "pulls" of new HmrEngine() is 1, and has to be true or false.',
  ],
]) {
  test(`a wrong option is an error: ${String(message)}`, (t) => {
    const { message: said } = t.throws(call);
    t.true(typeof message === 'string' ? said.includes(message) : message.test(said), said);
  });
}

test('options that are not given, or undefined, are the defaults', (t) => {
  t.notThrows(plugin());
  t.notThrows(plugin({}));
  const nothing = Object.fromEntries(
    ['logLevel', 'watch', 'allowedHosts', 'allowedOrigins', 'overlay', 'cacheDir', 'onEvent'].map(
      (name) => [name, undefined],
    ),
  );
  t.notThrows(plugin(nothing));
  t.notThrows(endpoint({ basePath: undefined, allowedOrigins: undefined }));
  t.notThrows(endpoint({ basePath: '' }));
  engine({ watch: false, snapshot: undefined })().close();
});

for (const [name, rival] of [
  ['hmr', '@web/dev-server-hmr'],
  ['wc-hmr', '@open-wc/dev-server-hmr'],
  ['hotgraph', 'one of the two `hmrPlugin()`'],
]) {
  test(`a server with another plugin for hot modules does not start: ${rival}`, (t) => {
    const own = hmrPlugin();
    const config = { rootDir: import.meta.dirname, plugins: [{ name: 'others' }, own, { name }] };
    const { message } = t.throws(() => own.serverStart({ config, logger: console }));
    t.true(message.includes('remove ') && message.includes(rival), message);
  });
}
