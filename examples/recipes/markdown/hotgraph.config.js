import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { defineConfig } from 'hotgraph';

/** Headings and paragraphs. Use a library such as markdown-it for the rest of the language. */
const toHtml = (text) =>
  text
    .trim()
    .split(/\n\n+/)
    .map((block) => (block.startsWith('# ') ? `<h1>${block.slice(2)}</h1>` : `<p>${block}</p>`))
    .join('\n');

/** Makes modules of Markdown files. The line `@include other.md` takes in another file. */
const markdown = () => ({
  name: 'markdown',
  transform: {
    filter: { id: /\.md$/ },
    async handler(code, id) {
      const blocks = code.split('\n').map((line) => {
        const [, included] = /^@include (\S+)$/.exec(line) ?? [];
        if (included === undefined) return line;
        const file = path.resolve(path.dirname(id), included);
        // An edit of that file is now an edit of this module.
        this.addWatchFile(file);
        return readFile(file, 'utf8');
      });
      const html = toHtml((await Promise.all(blocks)).join('\n'));
      return { code: `export default ${JSON.stringify(html)};`, type: 'js' };
    },
  },
});

export default defineConfig({ plugins: [markdown()] });
