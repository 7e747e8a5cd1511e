/** What runs in each page of the soak, before everything else: modules tell it that they run and what they see. */
export const RECORDER = `globalThis.soak = (${recorder})();`;

function recorder() {
  /** All evaluations of each module that are still of interest, in order. */
  const tokens = new Map();
  let serial = 0;
  let log = [];

  /** @param address The module's `import.meta.url`: of two generations the one with the higher version is newer. */
  function ran(module, edit, disposes, address) {
    serial += 1;
    const version = Number(/__hot=(\d+)/.exec(address)?.[1] ?? 0);
    const token = {
      module,
      edit,
      disposes,
      serial,
      version,
      disposed: 0,
      wasLive: true,
      sees: {},
      again: {},
    };
    const before = tokens.get(module) ?? [];
    // An import may have been on its way when an update replaced it.
    const isNewest = before.every((one) => one.version <= version);
    tokens.set(module, isNewest ? [...before, token] : [token, ...before]);
    if (isNewest) log.push([module, edit]);
    return token;
  }

  function later(token, name, load, set) {
    token.again[name] = load;
    // What fails is missing in what the page shows.
    load().then(set, () => {});
  }

  const rule = (sheet) => Number(sheet.cssRules[0]?.style.getPropertyValue('--edit'));
  const current = (module) => tokens.get(module)?.at(-1);

  /** What everything that is reached from the entry shows, as its importers see it. */
  function look(entry, links) {
    const versions = {};
    const problems = [];
    const live = new Set();
    const visit = (name, token, by) => {
      if (token === undefined) {
        versions[name] ??= null;
        return;
      }
      const last = current(name);
      if (token !== last) {
        problems.push(
          `${by} sees #${token.serial} (edit ${token.edit}) of ${name}, whose current one is ` +
            `#${last?.serial} (edit ${last?.edit})`,
        );
      }
      if (live.has(token)) return;
      live.add(token);
      versions[name] = token.edit;
      for (const [to, see] of Object.entries(token.sees)) {
        let seen;
        try {
          seen = see();
        } catch (error) {
          problems.push(`${name} cannot see ${to}: ${error.message}`);
        }
        if (typeof seen !== 'number') visit(to, seen, name);
        else if (to in versions && versions[to] !== seen)
          problems.push(`${to} is both ${seen} and ${versions[to]}`);
        else versions[to] = seen;
      }
    };
    visit(entry, current(entry), 'the page');
    const style = getComputedStyle(document.documentElement);
    for (const link of links)
      versions[link] = Number(style.getPropertyValue(`--${link.replace(/\W/g, '-')}`));
    for (const [name, all] of tokens) {
      for (const token of all) {
        const wanted = token === all.at(-1) ? 0 : 1;
        const isLeft = wanted === 0 ? !live.has(token) : !token.wasLive;
        const isRight = token.disposed === wanted || (isLeft && token.disposed <= 1);
        if (token.disposes && !isRight) {
          problems.push(
            `#${token.serial} (edit ${token.edit}) of ${name} was disposed ${token.disposed} times; there are ` +
              all.map(({ serial, version }) => `#${serial} of version ${version}`).join(', '),
          );
        }
      }
    }
    return { versions, problems, live };
  }

  /** What dynamic imports give now has to be what everybody sees. */
  async function lookAgain(live) {
    const problems = [];
    for (const token of live) {
      for (const [name, load] of Object.entries(token.again)) {
        const module = await load().catch((error) => ({ token: error.message }));
        if (module.token !== current(name)) {
          problems.push(
            `${token.module} imports ${name} again and gets ${module.token?.serial ?? module.token}`,
          );
        }
      }
    }
    return problems;
  }

  const inOrder = (versions) => JSON.stringify(Object.fromEntries(Object.entries(versions).sort()));

  /**
   * Waits until the page shows what it has to. Returns what ran since the last time, and what is wrong when
   * `patience` milliseconds did not suffice.
   */
  async function settle({ entry, links, edit, versions, version, patience }) {
    const end = performance.now() + patience;
    const wanted = inOrder(versions);
    for (;;) {
      const shown = look(entry, links);
      let { problems } = shown;
      const isNew = document.querySelector('meta[name=edit]')?.content === String(edit);
      const isConnected = globalThis.__hotgraph__?.connected === true;
      const isCurrent = globalThis.__hotgraph__?.version >= version;
      const isShown = isNew && isConnected && isCurrent && inOrder(shown.versions) === wanted;
      if (isShown && problems.length === 0) {
        problems = await lookAgain(shown.live);
        if (problems.length === 0) {
          for (const [name, all] of tokens) {
            tokens.set(name, all.slice(-1));
            all.at(-1).wasLive = shown.live.has(all.at(-1));
          }
          const ran = log;
          log = [];
          return { ran };
        }
      }
      if (performance.now() > end) {
        if (!isNew) problems.push('the page is an older one');
        if (!isConnected) problems.push('the page is not connected');
        if (!isCurrent)
          problems.push(`the page is at ${globalThis.__hotgraph__?.version}, expected ${version}`);
        const fetched = performance.getEntriesByType('resource').map(({ name, initiatorType }) => ({
          name,
          by: initiatorType,
        }));
        return { ran: log, problems, shown: shown.versions, fetched };
      }
      await new Promise((resolve) => setTimeout(resolve, 4));
    }
  }

  return { ran, later, rule, settle };
}
