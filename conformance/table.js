/** From what scenarios found to `docs/conformance.md`. */
import { sentences } from './sentences.js';

/** What is said of a scenario that went as it says. */
export const EXPECTED = 'as expected';

/** Text that a table's cell can hold. */
const cell = (text) => text.replace(/[|<>\\`*_]/g, (character) => `&#${character.charCodeAt(0)};`);

/** The page for these results. */
export function table({ date, platform, browser, servers }) {
  const names = servers.map(({ name }) => name);
  const lines = [
    '# Conformance',
    '',
    'This page lists what `import.meta.hot` has to do, sentence by sentence. It names the tests that show it, and says',
    'what hotgraph and its peers do in the same scenario: the same files and the same saves, in a real browser. Each save',
    'renames a new file over the old one. These commands write the page:',
    '',
    '```sh',
    'npm run conformance              # installs the peers, runs everything, writes this page',
    'npm run conformance -- --table   # writes this page from the results of the last run',
    "npm run conformance -- Vite 'accept()'   # one server, one scenario",
    '```',
    '',
    `Last run on ${date} with ${platform} and ${browser}: ${servers
      .map(({ name, version }) => `${name} ${version}`)
      .join(', ')}.`,
    '',
    'The scenarios are in [conformance/scenarios/](../conformance/scenarios), named as in the cells; the servers',
    'run as [conformance/servers.js](../conformance/servers.js) starts them. The sentences are those of hotgraph: a',
    'peer that differs may do what its own documentation says. A scenario that does not go as expected runs twice. An',
    'outcome may differ from run to run if it depends on when a watcher looks at a file.',
    '',
    `| server | scenarios as expected |\n|---|---|`,
    ...servers.map(({ name, outcomes }) => {
      const all = Object.values(outcomes);
      return `| ${name} | ${all.filter((outcome) => outcome === EXPECTED).length} of ${all.length} |`;
    }),
  ];
  for (const section of new Set(sentences.map((sentence) => sentence.section))) {
    lines.push('', `## ${section}`, '');
    lines.push(
      `| sentence | tests | ${names.join(' | ')} |`,
      `|---|---|${'---|'.repeat(names.length)}`,
    );
    for (const sentence of sentences.filter((one) => one.section === section)) {
      const tests = sentence.tests.map(testCell).join('<br>');
      const outcomes = servers.map((server) => outcomeCell(sentence, server.outcomes));
      lines.push(`| ${sentence.text} | ${tests} | ${outcomes.join(' | ')} |`);
    }
  }
  return `${lines.join('\n')}\n`;
}

function testCell(test) {
  const [file] = test.split(': ', 1);
  const path = `__test__/${file}.test.js`;
  return `[${file}](../${path}): ${cell(test.slice(file.length + 2))}`;
}

/** How all scenarios of a sentence went: once, when they went alike. */
function outcomeCell({ scenarios }, outcomes) {
  if (scenarios.length === 0) return 'no scenario';
  const found = scenarios.map((id) => outcomes[id] ?? 'not run');
  if (found.every((outcome) => outcome === found[0])) return cell(found[0]);
  return scenarios.map((id, at) => `${cell(id)}: ${cell(found[at])}`).join('<br>');
}
