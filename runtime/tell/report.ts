/**
 * Why a page has to reload, in words: what changed, the way the update took, the place that did not
 * accept it, and what would have.
 */
import type { ReloadCause, ReloadReport, Update } from '../protocol.js';
import { pageOfInline, relativeSpecifier, withPlaces } from '../url.js';

/** The facts behind a reload. */
export interface Facts {
  readonly cause: Exclude<ReloadCause, 'session' | 'server'>;
  /** From the changed module over its importers to the place that did not accept. At least one. */
  readonly chain: readonly string[];
  /** The page's own url. */
  readonly page: string | null;
  /** The module that should have accepted, for `notEvaluated`; none where it is what called the changed code in vain. */
  readonly silent?: string | undefined;
  /** The message handed to `invalidate()`. */
  readonly note?: string | null | undefined;
}

/** The report of a reload for these facts. */
export function composeReport(facts: Facts): ReloadReport {
  const { cause, chain } = facts;
  return {
    cause,
    changed: chain[0] ?? null,
    chain: [...chain],
    message: withPlaces(sentence(facts)),
    remedy: withPlaces(remedy(facts) ?? '') || null,
  };
}

/**
 * The report of a reload because another run of the server answers now.
 *
 * @param refusal Why that one cannot go on with the page: how a sentence about it ends.
 */
export function sessionReport(refusal: string | undefined): ReloadReport {
  return {
    cause: 'session',
    changed: null,
    chain: [],
    message: `The dev server was restarted, so this page may be older than what it serves now: ${refusal}.`,
    remedy: null,
  };
}

/** The report of a reload because the new code of a module is none that a running page can run. */
export function notReplaceable(url: string, update: Update, page: string | null): ReloadReport {
  const from = new Map<string, string | undefined>(update.changed.map((one) => [one, undefined]));
  const importers = new Map(update.stale.map((module) => [module.url, module.importers]));
  for (const at of from.keys()) {
    for (const importer of importers.get(at) ?? []) {
      if (!from.has(importer.url)) from.set(importer.url, at);
    }
  }
  const chain: string[] = [];
  for (let at: string | undefined = url; at !== undefined; at = from.get(at)) chain.unshift(at);
  return composeReport({ cause: 'notReplaceable', chain, page });
}

function sentence({ cause, chain, silent, note }: Facts): string {
  const changed = chain[0] ?? '';
  const last = chain.at(-1) ?? changed;
  const way = chain.length > 1 ? ` (${chain.join(' → ')})` : '';
  switch (cause) {
    case 'page':
      return `${changed} changed, the page itself.`;
    case 'input':
      return `${changed} changed, which the dev server watches. No module is known to be made of it, so every page reloads.`;
    case 'resource':
      return last === changed
        ? `${changed} changed, which cannot be replaced in a running page.`
        : `${changed} changed, and ${last} cannot be replaced in a running page${way}.`;
    case 'notReplaceable':
      return last === changed
        ? `${changed} changed, whose code cannot be run in a page that is running.`
        : `${changed} changed, and the code of ${last} cannot be run in a page that is running${way}.`;
    case 'declined':
      return last === changed
        ? `${changed} changed, and it declines updates.`
        : `${changed} changed, and ${last} declines updates of what it imports${way}.`;
    case 'invalidated':
      return (
        `${changed} gave up an update${note ? ` ("${note}")` : ''}, and nothing up to ${last} ` +
        `accepts it${way}.`
      );
    case 'notEvaluated':
      return silent === undefined
        ? `${changed} changed. When the page was loaded, what ${last} called ended in an error there, and nothing ` +
            `calls it again${way}.`
        : `${changed} changed, and ${silent}, which should accept the update, did not run to ` +
            `its end in this page${way}.`;
    case 'deadEnd':
      return chain.length > 1
        ? `${changed} changed, and nothing up to ${last} accepts the update${way}.`
        : `${changed} changed, which does not accept updates of itself and has no importer that could.`;
  }
}

function remedy({ cause, chain, page, silent }: Facts): string | null {
  const changed = chain[0] ?? '';
  switch (cause) {
    case 'page':
    case 'resource':
    case 'notReplaceable':
      return null;
    case 'input':
      return `If a file that pages load is made of it, say so in the server's code: hmr.dependsOn(file, …).`;
    case 'declined':
      return `Remove import.meta.hot.decline() from ${chain.at(-1)}.`;
    case 'notEvaluated':
      if (silent === undefined) return null;
      return `Look for an earlier error of ${silent}: it has to run to the call of accept().`;
    case 'invalidated':
      return byImporter(changed, chain[1], page) ?? null;
    case 'deadEnd': {
      const importer = byImporter(changed, chain[1], page);
      const itself = pageOfInline(changed) ?? page;
      if (changed === itself) return importer ?? null;
      const own = `import.meta.hot.accept() in ${changed}`;
      return `${importer ? `${importer.slice(0, -1)}, or ${own}` : `Call ${own}`}.`;
    }
  }
}

function byImporter(
  changed: string,
  importer: string | undefined,
  page: string | null,
): string | undefined {
  if (importer === undefined || importer === page) return undefined;
  const specifier = relativeSpecifier(importer, changed);
  return `Call import.meta.hot.accept('${specifier}', callback) in ${importer}.`;
}
