import test from 'ava';
import {
  pageOfInline,
  parseAddress,
  relativeSpecifier,
  stamp,
  withPlaces,
} from '../../dist/runtime/url.js';

const PAGE = 'http://host:1/dir/index.html';

for (const [address, url, version] of [
  ['/a.js', '/a.js', 0],
  ['/a.js?__hot=7', '/a.js', 7],
  ['/a.js?x=1&__hot=7#part', '/a.js?x=1', 7],
  ['/a.js?__hot=7&x=1', '/a.js?x=1', 7],
  ['/a.js?__hot=', '/a.js?__hot=', 0],
  ['/a.js?__hotter=7', '/a.js?__hotter=7', 0],
  ['/a.js?', '/a.js', 0],
  ['./b c.js', '/dir/b%20c.js', 0],
  ['../ü.js', '/%C3%BC.js', 0],
]) {
  test(`${address} is the module ${url} at version ${version}`, (t) => {
    t.deepEqual(parseAddress(address, PAGE), { url, version, origin: 'http://host:1' });
  });
}

test('bare specifiers are no addresses, and other origins keep their origin', (t) => {
  t.is(parseAddress('lit'), undefined);
  t.is(parseAddress('https://cdn.example/a.js')?.origin, 'https://cdn.example');
});

for (const [url, version, stamped] of [
  ['/a.js', 7, '/a.js?__hot=7'],
  ['/a.js', 0, '/a.js'],
  ['/a.js?x=1', 7, '/a.js?x=1&__hot=7'],
  ['/a.js?__hot=3', 7, '/a.js?__hot=7'],
  ['/a.js?__hot=3&x=1#h', 7, '/a.js?x=1&__hot=7#h'],
  ['/a.js?x=1&__hot=3', 0, '/a.js?x=1'],
]) {
  test(`${url} at version ${version} is fetched as ${stamped}`, (t) => {
    t.is(stamp(url, version), stamped);
  });
}

test('an inline script belongs to its page', (t) => {
  t.is(pageOfInline('/index.html?__inline=/index.html:1:9'), '/index.html');
  t.is(pageOfInline('/index.html?__inline=/index.html?x=1:12:1'), '/index.html?x=1');
  t.is(pageOfInline('/?__inline=/a:1/b:2:12:1'), '/a:1/b:2');
  t.is(pageOfInline('/index.html'), undefined);
});

test('messages name an inline script by its page and line', (t) => {
  t.is(
    withPlaces(
      'x (/a.js → /?__inline=/index.html:12:9 → /index.html), /lib/?__inline=/b.html:1:2.',
    ),
    'x (/a.js → /index.html:12 → /index.html), /b.html:1.',
  );
  t.is(withPlaces('/a.js?x=1:2:3'), '/a.js?x=1:2:3');
});

for (const [importer, url, specifier] of [
  ['/main.js', '/dep.js', './dep.js'],
  ['/src/main.js', '/src/lib/dep.js', './lib/dep.js'],
  ['/src/a/main.js?x=/y/', '/src/b/dep.js?q', '../b/dep.js?q'],
  ['/a/b/main.js', '/dep.js', '../../dep.js'],
]) {
  test(`${importer} names ${url} by ${specifier}`, (t) => {
    t.is(relativeSpecifier(importer, url), specifier);
  });
}
