/**
 * What happens in a soak: saves, faults and what people do. Each episode tells the judge what it is about to change.
 *
 * @typedef {import('./world.js').World} World
 * @typedef {import('./judge.js').Judge} Judge
 * @typedef {(world: World, judge: Judge) => Promise<void>} Episode
 */

import { rename } from 'node:fs/promises';
import { importable, PAGES, randomScript, sourceOf } from './app.js';
import { reached } from './model.js';
import { describe, pause } from './world.js';

async function edit(world, judge) {
  const module = world.any();
  judge.expect([module.name], { exact: true });
  await world.save(world.edited(module));
}

async function burst(world, judge) {
  const { name } = world.any();
  const count = world.random.between(2, 6);
  for (let index = 0; index < count; index += 1) {
    // Any may be overtaken by the next, except for the last.
    judge.expect([name], { certain: true });
    await world.save(world.edited(world.app.get(name)));
    if (world.random.chance(0.5)) await pause(world.random.between(0, 60));
  }
}

async function storm(world, judge) {
  const all = [...world.app.values()].filter(({ kind }) => kind !== 'page');
  const modules = world.random.sample(all, world.random.between(3, 14));
  for (const { name } of modules) judge.expect([name]);
  await Promise.all(modules.map((module) => world.save(world.edited(module))));
}

/** A save that changes what a module imports and accepts. */
async function reshape(world, judge) {
  const module = world.any(({ kind }) => kind === 'script');
  judge.expect([module.name], { exact: true });
  const names = [...world.app.values()]
    .filter(({ kind }) => kind === 'script')
    .map(({ name }) => name);
  const { imports, acceptance, accepts, disposes } = randomScript(
    world.random,
    module.name,
    importable(names, module.name, world.cycles),
    0,
  );
  const before = world.tabs.map(({ file }) => reached(world.app, file));
  const edited = world.edited(module, { imports, acceptance, accepts, disposes });
  judge.expectArrivals(before);
  await world.save(edited);
}

/** A save of the same bytes. */
async function untouched(world) {
  await world.save(world.any());
}

async function syntaxError(world, judge) {
  const module = world.any(({ kind }) => kind !== 'style');
  const edit = world.nextEdit(module.name);
  await world.save({ ...module, edit, fault: 'syntax' });
  if (world.isSeen(module.name) && world.random.chance(0.6)) {
    await world.server.event(({ type }) => type === 'diagnostics');
    await judge.allShow('a syntax error');
  }
  // Taken back, or fixed.
  if (world.random.chance(0.3)) {
    await world.save(module);
  } else {
    judge.expect([module.name], { exact: true });
    await world.save(world.edited(module));
  }
}

async function throwing(world, judge) {
  const module = world.any(({ kind }) => kind === 'script');
  const edit = world.nextEdit(module.name);
  judge.expect([module.name], { certain: true });
  await world.save({ ...module, edit, fault: 'throws' });
  const evaluates = judge.due.some(({ may }) => may.size > 0);
  if (evaluates && world.random.chance(0.7)) {
    // What is only imported dynamically fails there, and what a page no longer imports does not run.
    const outcomes = ['applied', 'acknowledged', 'failed', 'reloaded'];
    await world.server.event(({ type }) => outcomes.includes(type));
  }
  // The modules above the one that throws have not run to their end.
  for (const due of judge.due)
    for (const [name, { most }] of due.may) due.may.set(name, { least: 0, most });
  judge.expect([module.name]);
  await world.save(world.edited(module));
}

async function deletion(world, judge) {
  const module = world.any();
  world.step(`delete ${module.name}`);
  await world.project.remove(module.name);
  await pause(world.random.between(0, 150));
  if (world.random.chance(0.3)) return world.save(module);
  judge.expect([module.name], { exact: true });
  await world.save(world.edited(module));
}

async function renaming(world, judge) {
  const module = world.any();
  const path = world.project.path(module.name);
  world.step(`rename ${module.name} away`);
  await rename(path, `${path}.away`);
  await pause(world.random.between(0, 150));
  if (world.random.chance(0.5)) {
    world.step('and back');
    await rename(`${path}.away`, path);
  } else {
    judge.expect([module.name], { exact: true });
    await world.save(world.edited(module));
  }
}

async function folderRenaming(world, judge) {
  const [folder, away] = [world.project.path('deep'), world.project.path('deep-away')];
  const module = world.any(({ name }) => name.startsWith('deep/'));
  world.step('rename deep/ away');
  await rename(folder, away);
  await pause(world.random.between(0, 150));
  if (world.random.chance(0.5)) {
    judge.expect([module.name], { exact: true });
    const edited = world.edited(module);
    world.step(`save ${describe(edited)} there`);
    await world.project.write(`deep-away/${module.name.slice('deep/'.length)}`, sourceOf(edited));
    await pause(world.random.between(0, 60));
  }
  world.step('rename deep/ back');
  await rename(away, folder);
}

async function dropped(world, judge) {
  world.step('drop all sockets');
  for (const socket of world.server.server.connections) socket.destroy();
  const count = world.random.between(0, 3);
  for (let index = 0; index < count; index += 1) {
    const module = world.any();
    judge.expect([module.name]);
    await world.save(world.edited(module));
  }
  if (world.random.chance(0.7)) await world.hurry();
}

/** A save among thousands of events of files that no page needs. */
async function flood(world, judge) {
  const module = world.any();
  world.step('a flood of foreign files');
  world.flood(2000);
  judge.expect([module.name], { exact: true });
  await world.save(world.edited(module));
  world.flood(2000);
}

async function page(world, judge) {
  const page = world.app.get(world.random.pick(PAGES).file);
  judge.expect([page.name], { exact: true });
  await world.save(world.edited(page));
}

/** Somebody presses F5, perhaps in the middle of an update. */
async function userReload(world, judge) {
  const index = world.random.between(0, world.tabs.length - 1);
  const isBusy = world.random.chance(0.6);
  if (isBusy) {
    const module = world.any();
    judge.expect([module.name], { certain: false });
    await world.save(world.edited(module));
    await pause(world.random.between(0, 30));
  }
  world.step(`F5 in tab ${index}`);
  judge.expectLoad(judge.due[index]);
  // A reload by hotgraph may come first or after, and one of the two replaces the other.
  if (judge.due[index].most > 1) judge.due[index].least = 1;
  await world.tabs[index].tab.page.reload({ waitUntil: 'commit' }).catch(() => {});
}

/** A tab is closed, and another one opened. */
async function reopening(world, judge) {
  const index = world.random.between(0, world.tabs.length - 1);
  world.step(`close tab ${index} and open another`);
  const { tab, file } = world.tabs[index];
  await tab.close();
  world.tabs[index] = await world.open(file);
  judge.expectFirstLoad(index);
}

async function restart(world, judge) {
  const { port } = world.server;
  world.step('stop the server');
  await world.server.stop();
  while (world.random.chance(0.5)) {
    const module = world.any();
    judge.expect([module.name]);
    await world.save(world.edited(module));
  }
  world.step('start it again');
  await world.serve(port);
  judge.forgetEvents();
  if (world.random.chance(0.8)) await world.hurry();
}

/**
 * How often each kind of episode comes, what happens in it, and whether it changes one thing at a time.
 *
 * @type {Record<string, { weight: number, isCalm: boolean, happen: Episode }>}
 */
export const EPISODES = {
  edit: { weight: 40, isCalm: true, happen: edit },
  burst: { weight: 10, isCalm: false, happen: burst },
  storm: { weight: 6, isCalm: false, happen: storm },
  reshape: { weight: 12, isCalm: true, happen: reshape },
  untouched: { weight: 3, isCalm: true, happen: untouched },
  syntaxError: { weight: 6, isCalm: true, happen: syntaxError },
  throwing: { weight: 5, isCalm: false, happen: throwing },
  deletion: { weight: 4, isCalm: true, happen: deletion },
  renaming: { weight: 3, isCalm: true, happen: renaming },
  folderRenaming: { weight: 1, isCalm: true, happen: folderRenaming },
  dropped: { weight: 3, isCalm: false, happen: dropped },
  flood: { weight: 0.5, isCalm: true, happen: flood },
  page: { weight: 0.7, isCalm: true, happen: page },
  userReload: { weight: 1.5, isCalm: false, happen: userReload },
  reopening: { weight: 0.5, isCalm: true, happen: reopening },
  restart: { weight: 1, isCalm: true, happen: restart },
};
