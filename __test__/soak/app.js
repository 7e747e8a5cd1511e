/**
 * Random apps: pages and modules that import each other in any way, and what their files hold.
 *
 * An app is a value: an edit makes new module objects, and what was taken down before stays true.
 */

import { posix } from 'node:path';
import { RECORDER } from './recorder.js';

/**
 * @typedef {object} Module
 * @property {string} name Its path.
 * @property {'script' | 'style' | 'json'} kind
 * @property {number} edit How often it was edited: what a page that runs it shows.
 * @property {{ to: string, dynamic: boolean }[]} imports
 * @property {'none' | 'self' | 'callback' | 'data' | 'declines'} acceptance What it does with updates of itself.
 * @property {Record<string, 'callback' | 'list'>} accepts The imports that it accepts, and how its code gets
 *   them.
 * @property {boolean} disposes Whether it has a dispose callback.
 * @property {'syntax' | 'throws' | undefined} fault
 */

/** What a page is: its file, the script it loads, the style sheets it links to. */
const PAGES = [
  { file: 'index.html', entry: 'm0.js', links: ['look.css'] },
  { file: 'other.html', entry: 'm1.js', links: ['look.css', 'deep/more.css'] },
];

const STYLES = ['look.css', 'deep/more.css', 'sheet.css', 'deep/sheet.css'];
const DATA = ['data.json', 'deep/data.json'];

/**
 * @param {import('./random.js').Random} random
 * @param {{ cycles?: boolean, scripts?: number }} [options] `cycles`: whether scripts may import each other in cycles.
 */
export function randomApp(random, { cycles = true, scripts = 16 } = {}) {
  const names = Array.from({ length: scripts }, (_, index) =>
    index % 3 === 2 ? `deep/m${index}.js` : `m${index}.js`,
  );
  const app = new Map();
  for (const name of STYLES) app.set(name, plain(name, 'style'));
  for (const name of DATA) app.set(name, plain(name, 'json'));
  for (const { file } of PAGES) app.set(file, plain(file, 'page'));
  for (const name of names)
    app.set(name, randomScript(random, name, importable(names, name, cycles), 1));
  // Whatever else: each page begins as something that reaches half of the app.
  for (const { entry } of PAGES) {
    const others = random.sample(importable(names, entry, cycles), 5);
    const module = app.get(entry);
    const added = others.filter((name) => !module.imports.some(({ to }) => to === name));
    const imports = [...module.imports, ...added.map((to) => ({ to, dynamic: false }))];
    app.set(entry, { ...module, imports });
  }
  return app;
}

/** What a script may import of the others. */
export function importable(names, name, cycles) {
  return cycles ? names.filter((other) => other !== name) : names.slice(names.indexOf(name) + 1);
}

function plain(name, kind) {
  return { name, kind, edit: 1, imports: [], acceptance: 'none', accepts: {}, disposes: false };
}

/** A script with any imports of the given others that accepts anything. */
export function randomScript(random, name, others, edit) {
  const targets = random.sample(others, random.between(0, 3));
  const imports = targets.map((to) => ({ to, dynamic: random.chance(0.25) }));
  for (const list of [['sheet.css', 'deep/sheet.css'], DATA]) {
    if (random.chance(0.12)) imports.push({ to: random.pick(list), dynamic: false });
  }
  const acceptance = random.weighted({ none: 50, self: 20, callback: 14, data: 8, declines: 3 });
  const accepts = {};
  if (acceptance === 'none' && random.chance(0.6)) {
    for (const { to } of imports) {
      if (to.endsWith('.css') || random.chance(0.4)) continue;
      accepts[to] = random.pick(['callback', 'list']);
    }
  }
  const disposes = acceptance !== 'declines' && random.chance(0.6);
  return { name, kind: 'script', edit, imports, acceptance, accepts, disposes, fault: undefined };
}

/** What a module's file holds. */
export function sourceOf(module) {
  const { name, kind, edit, fault } = module;
  if (kind === 'style') return `:root { --edit: ${edit}; --${keyOf(name)}: ${edit}; }\n`;
  if (kind === 'json') return fault ? `{ "edit": ${edit}, ` : `{ "edit": ${edit} }\n`;
  return kind === 'page' ? pageSource(module) : scriptSource(module);
}

/** The custom property by which a document shows the edit of a style sheet that it links to. */
export const keyOf = (name) => name.replace(/\W/g, '-');

function pageSource({ name, edit }) {
  const { entry, links } = PAGES.find(({ file }) => file === name);
  return `<!doctype html>
<html><head><meta name="edit" content="${edit}">
${links.map((link) => `<link rel="stylesheet" href="./${link}">`).join('\n')}
<script>${RECORDER}</script>
<script type="module" src="./${entry}"></script>
</head><body></body></html>
`;
}

function scriptSource(module) {
  const { name, edit, imports, acceptance, accepts, disposes, fault } = module;
  const quote = (to) => `'${specifier(name, to)}'`;
  const statics = imports.filter(({ dynamic }) => !dynamic);
  const local = new Map(imports.map(({ to }, index) => [to, `n${index}`]));
  const lines = statics.map(({ to }) => {
    const type = /\.(css|json)$/.exec(to)?.[1];
    const binding = type ? `{ default as ${local.get(to)} }` : `* as ${local.get(to)}`;
    return `import ${binding} from ${quote(to)}${type ? ` with { type: '${type}' }` : ''};`;
  });
  if (fault === 'syntax') lines.push('const broken = ;');
  const token =
    fault === 'throws'
      ? '{ sees: {} }'
      : `soak.ran('${name}', ${edit}, ${disposes}, import.meta.url)`;
  // Importers keep what they have of a module with a callback, but for what that assigns.
  const declaration = acceptance === 'callback' ? 'let' : 'const';
  lines.push(`const me = ${token};`, `export ${declaration} token = me;`);
  const seen = statics.map(({ to }) => {
    const binding = local.get(to);
    return `'${to}': ${to.endsWith('.json') ? `{ default: ${binding} }` : binding}`;
  });
  lines.push(`const seen = { ${seen.join(', ')} };`);
  for (const { to, dynamic } of imports) {
    lines.push(`me.sees['${to}'] = () => ${seeing(to)};`);
    if (dynamic && fault !== 'throws') {
      lines.push(
        `soak.later(me, '${to}', () => import(${quote(to)}), (module) => { seen['${to}'] = module; });`,
      );
    }
  }
  // Above what it accepts, or below.
  const breaking = fault === 'throws' ? [`throw new Error('${name} throws in edit ${edit}');`] : [];
  if (edit % 2 === 0) lines.push(...breaking);
  if (disposes) lines.push('import.meta.hot.dispose(() => { me.disposed += 1; });');
  lines.push(...acceptances(acceptance, accepts, quote, edit));
  if (edit % 2 !== 0) lines.push(...breaking);
  return `${lines.join('\n')}\n`;
}

function seeing(to) {
  if (to.endsWith('.css')) return `soak.rule(seen['${to}'])`;
  return to.endsWith('.json') ? `seen['${to}'].default.edit` : `seen['${to}']?.token`;
}

function acceptances(acceptance, accepts, quote, edit) {
  const lines = [];
  if (acceptance === 'self') lines.push('import.meta.hot.accept();');
  if (acceptance === 'callback')
    lines.push('import.meta.hot.accept((module) => { token = module.token; });');
  if (acceptance === 'data') lines.push(`import.meta.hot.data.edit = ${edit};`);
  if (acceptance === 'declines') lines.push('import.meta.hot.decline();');
  const by = (way) => Object.keys(accepts).filter((to) => accepts[to] === way);
  for (const to of by('callback')) {
    lines.push(`import.meta.hot.accept(${quote(to)}, (module) => { seen['${to}'] = module; });`);
  }
  const listed = by('list');
  if (listed.length > 0) {
    const names = listed.map((to) => `'${to}'`).join(', ');
    lines.push(
      `import.meta.hot.accept([${listed.map(quote).join(', ')}], (modules) => {`,
      `  [${names}].forEach((name, index) => { if (modules[index]) seen[name] = modules[index]; });`,
      '});',
    );
  }
  return lines;
}

function specifier(from, to) {
  const path = posix.relative(posix.dirname(from), to);
  return path.startsWith('.') ? path : `./${path}`;
}

export { PAGES };
