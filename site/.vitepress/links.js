/**
 * Links that are right on GitHub, made right on the site.
 */
import { posix } from 'node:path';

/**
 * Links that leave docs/ go to the repository. Links to the repository's docs/, which published documents need where
 * the package leaves a page out, stay on the site.
 *
 * @param {import('vitepress').MarkdownRenderer} markdown
 * @param {string} repository Its address.
 */
export function reachRepository(markdown, repository) {
  markdown.core.ruler.push('reach-repository', ({ tokens, env }) => {
    for (const token of tokens.flatMap(({ children }) => children ?? [])) {
      if (token.type !== 'link_open') continue;
      token.attrSet('href', target(token.attrGet('href') ?? '', env.relativePath, repository));
    }
  });
}

/**
 * Where a link leads on the site.
 *
 * @param {string} href As the page writes it.
 * @param {string} page Relative to docs/.
 * @param {string} repository Its address.
 */
export function target(href, page, repository) {
  const own = `${repository}/blob/main/docs/`;
  const link = href.startsWith(own) ? `/${href.slice(own.length)}` : href;
  if (/^(?:[a-z]+:|#)/.test(link)) return link;
  if (!link.startsWith('/')) {
    const path = posix.join('docs', posix.dirname(page), link);
    if (!path.startsWith('docs/')) return `${repository}/blob/main/${path}`;
  }
  // On GitHub a folder shows its README.md.
  return link.replace(/(^|\/)README\.md(?=#|$)/, '$1') || './';
}

/**
 * The id of a heading, as GitHub makes it.
 *
 * @param {string} text Of the heading.
 */
export function slugOf(text) {
  return text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replace(/\s/g, '-');
}
