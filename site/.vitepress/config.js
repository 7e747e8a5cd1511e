/** The documentation as a site: `npm run docs`. The pages are docs/, which reads well on GitHub too. */
import { defineConfig } from 'vitepress';
import { reachRepository, slugOf } from './links.js';

const GITHUB = 'https://github.com/hotgraph/hotgraph';

/** Entries of the sidebar from `[text, page]`. */
const entries = (...pairs) => pairs.map(([text, link]) => ({ text, link: `/${link}` }));

export default defineConfig({
  title: 'hotgraph',
  description: 'Hot module replacement for plain ES modules, on any Node server.',
  srcDir: '../docs',
  outDir: './dist',
  // GitHub Pages serves a project below its name.
  base: process.env.SITE_BASE ?? '/',
  cleanUrls: true,
  lastUpdated: false,
  rewrites: { 'README.md': 'index.md', 'recipes/README.md': 'recipes/index.md' },
  head: [['link', { rel: 'icon', href: 'data:,' }]],
  markdown: {
    anchor: { slugify: slugOf },
    config: (markdown) => reachRepository(markdown, GITHUB),
  },
  transformPageData: (page) => ({
    ...page,
    frontmatter: { ...page.frontmatter, ...matterOf(page.relativePath) },
  }),
  themeConfig: {
    search: { provider: 'local' },
    outline: [2, 3],
    socialLinks: [{ icon: 'github', link: GITHUB }],
    editLink: { pattern: `${GITHUB}/edit/main/docs/:path`, text: 'Edit this page' },
    nav: [
      { text: 'Guide', link: '/getting-started' },
      { text: 'import.meta.hot', link: '/api' },
      { text: 'Reference', link: '/reference/' },
      { text: 'Recipes', link: '/recipes/' },
    ],
    sidebar: [
      {
        text: 'Guide',
        items: entries(
          ['Getting started', 'getting-started'],
          ['The command', 'command'],
          ['Servers', 'servers'],
          ['@web/dev-server', 'web-dev-server'],
          ['What is served', 'modules'],
          ['CommonJS packages', 'packages'],
          ['Packs', 'packs'],
          ['Install', 'install'],
        ),
      },
      {
        text: 'Frameworks',
        items: entries(
          ['Presets', 'presets'],
          ['Web components', 'web-components'],
          ['Compared', 'frameworks'],
          ['Plugins', 'plugins'],
        ),
      },
      {
        text: 'Reference',
        items: [
          ...entries(['import.meta.hot', 'api'], ['Types and functions', 'reference/']),
          ...entries(['HmrEngine', 'engine'], ['Protocol', 'protocol']),
        ],
      },
      {
        text: 'Help',
        items: entries(['Troubleshooting', 'troubleshooting'], ['Recipes', 'recipes/']),
      },
      {
        text: 'Migration',
        items: entries(
          ['From @web/dev-server-hmr', 'migration/web-dev-server-hmr'],
          ['From @open-wc/dev-server-hmr', 'migration/open-wc'],
          ['From Vite', 'migration/vite'],
          ['From webpack', 'migration/webpack'],
        ),
      },
      {
        text: 'Internals',
        collapsed: true,
        items: [
          { text: 'Architecture', link: `${GITHUB}/blob/main/ARCHITECTURE.md` },
          ...entries(
            ['The module model', 'internals/module-model'],
            ['Decisions', 'internals/decisions'],
            ['Where a change goes', 'internals/where'],
            ['Reliability', 'reliability'],
            ['Conformance', 'conformance'],
            ['Benchmarks', 'benchmarks'],
          ),
        ],
      },
    ],
    footer: { message: 'MIT license' },
  },
});

/** Pages with tables of many columns. */
const WIDE = ['benchmarks.md', 'conformance.md', 'frameworks.md'];

/** What the site adds to a page, which has no front matter because it reads well on GitHub. */
function matterOf(path) {
  if (path === 'index.md') return home;
  if (WIDE.includes(path)) return { pageClass: 'wide', aside: false };
  // Generated pages are not in the repository.
  if (path.startsWith('reference/')) return { editLink: false };
  return {};
}

/** The head of the home page. */
const home = {
  layout: 'home',
  hero: {
    name: 'hotgraph',
    text: 'Hot modules on any Node server',
    tagline:
      'Save a file. The running page has the new code a few milliseconds later, and keeps its state.',
    actions: [
      { theme: 'brand', text: 'Get started', link: '/getting-started' },
      { theme: 'alt', text: 'import.meta.hot', link: '/api' },
      { theme: 'alt', text: 'Recipes', link: '/recipes/' },
    ],
  },
  features: [
    {
      title: 'Your server',
      details:
        'Express, Fastify, Koa, Hono, node:http, @web/dev-server, or a backend in any language.',
      link: '/servers',
    },
    {
      title: 'Your code',
      details:
        'import.meta.hot as @web/dev-server-hmr, Vite and Bun define it. No bundle: modules keep their urls.',
      link: '/api',
    },
    {
      title: 'Your framework',
      details: 'React, Preact, Vue, Svelte, Solid, Lit and plain custom elements keep their state.',
      link: '/presets',
    },
    {
      title: 'All or nothing',
      details:
        'All new code compiles and links before any of it runs. A mistake never breaks the page.',
      link: '/api#in-what-order-an-update-happens',
    },
    {
      title: 'Reloads that say why',
      details:
        'What changed, the way of the update, the module that did not accept it, and what would help.',
      link: '/troubleshooting#the-page-reloads',
    },
    {
      title: 'Errors that say where',
      details:
        'File, line, the code around it and what to do: in the page, the console and the terminal.',
      link: '/api#overlay',
    },
  ],
};
