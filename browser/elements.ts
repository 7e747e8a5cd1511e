/**
 * The page's side of modules that define custom elements. Each of them imports this file, which the plugin
 * `hotgraph/web-components` adds to them.
 */
import { install as installEffects } from './elements/effects.js';
import type { DefiningModule, Read } from './elements/modules.js';
import { Registries } from './elements/registry.js';
import { refusal, takeOver } from './elements/renew.js';
import { reload, rerun } from './main.js';

export { fields } from './elements/slots.js';
export { tag, templates } from './elements/templates.js';

const registries = new Registries({
  replace(replacements, owner) {
    for (const replacement of replacements) {
      const reason = refusal(replacement);
      if (reason === undefined) continue;
      refuse(replacement.definition.name, reason, owner);
      return;
    }
    for (const replacement of replacements) takeOver(replacement);
  },
  refuse,
});

function refuse(name: string, reason: string, { url }: DefiningModule): void {
  reload(pathOf(url), `<${name}> cannot change in place: ${reason}`);
}

if (typeof customElements !== 'undefined') {
  installEffects();
  registries.install();
}

/** A module begins to run. `url` is its `import.meta.url`. */
export function begin(url: string): void {
  // A polyfill of registries may have run since the last module.
  registries.install();
  registries.begin(registries.modules.module(url));
}

/**
 * A module has come to its end: the classes that it defined again take over.
 *
 * @param own Read its variables.
 * @param used Read the imports that it read while it ran. When the module runs again that they are of, it does too.
 * @throws What a new constructor throws.
 */
export function end(url: string, own: readonly Read[], used: readonly Read[]): void {
  const { modules } = registries;
  const module = modules.module(url);
  registries.end(module, modules.end(module, own, used));
  if (module.generation === 1) return;
  const readers = modules
    .readersOf(module)
    .map((reader) => ({ reader, generation: reader.generation }));
  if (readers.length === 0) return;
  rerun(() => {
    // Others may have had them run by then.
    const due = readers.filter(({ reader, generation }) => reader.generation === generation);
    return due.map(({ reader }) => pathOf(reader.url));
  });
}

/** The url of a module as the server knows it. */
function pathOf(address: string): string {
  const { origin } = location;
  return address.startsWith(origin) ? address.slice(origin.length) : address;
}
