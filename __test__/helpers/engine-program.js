/**
 * An engine in a process of its own: serves the files that it is told, says what it hears, and lives until it is killed.
 * To be run with `{ root, files, watch }` as JSON.
 */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { HmrEngine } from 'hotgraph';

const { root, files, watch } = JSON.parse(process.argv[2]);

const engine = new HmrEngine({ root, clientUrl: '/client.js', watch }, (client, text) => {
  const event = JSON.parse(text);
  if (client === 0) console.log(text);
  for (const file of event.files ?? []) console.log(`${file}: ${engine.savedSource(file)}`);
});

for (const name of files) {
  const file = join(root, name);
  engine.serveScript(`/${name}`, readFileSync(file, 'utf8'), file, Date.now());
}
console.log('served');
setInterval(() => {}, 1 << 30);
