/**
 * Evaluation of modules by ECMA-262, 16.2.1.6.1.3 ("Evaluate" of Cyclic Module Records): what is imported before what
 * imports it, each once, at once where nothing waits at its top level.
 */
import type { Evaluation, Generation } from '../model/generation.js';
import { View } from '../model/view.js';

/** Counts the evaluations that wait. */
let waiting = 0;

/**
 * Evaluates a generation with what it imports.
 *
 * @returns Nothing when all is done, a promise when something waits.
 * @throws {unknown} What the code throws, now or earlier.
 */
export function evaluate(generation: Generation): Promise<void> | undefined {
  const stack: Generation[] = [];
  try {
    visit(generation, stack, 0);
  } catch (error) {
    for (const one of stack) {
      if (one.evaluation) one.evaluation.isOnStack = false;
      fail(one, error);
    }
    throw error;
  }
  return pendingOf(generation);
}

/** The body of a shell runs by the browser's order: what it imports has run, or is waited for. */
export function run(generation: Generation): Promise<void> | undefined {
  const { state } = generation;
  if (state === 'failed') throw generation.error;
  if (state !== 'linked') return pendingOf(generation);
  const evaluation = begin(generation, 0);
  if (!generation.code.definition.isAsync) {
    try {
      generation.execute();
    } catch (error) {
      fail(generation, error);
      throw error;
    }
    end(generation);
    return undefined;
  }
  wait(evaluation);
  return executeAsync(generation);
}

/** What the evaluation of a generation waits for. */
export function pendingOf(generation: Generation): Promise<void> | undefined {
  const root = generation.evaluation?.cycleRoot ?? generation;
  for (const one of [generation, root]) if (one.state === 'failed') throw one.error;
  const { state, evaluation } = root;
  return state === 'evaluating' ? evaluation?.promise : undefined;
}

function visit(generation: Generation, stack: Generation[], start: number): number {
  let index = start;
  const { state } = generation;
  if (state === 'failed') throw generation.error;
  if (state !== 'linked') return index;
  const evaluation = begin(generation, index);
  evaluation.isOnStack = true;
  index += 1;
  stack.push(generation);
  for (const required of requiredBy(generation)) {
    index = visit(required, stack, index);
    const other = required.evaluation;
    if (!other) continue;
    let root = required;
    if (other.isOnStack) {
      evaluation.ancestorIndex = Math.min(evaluation.ancestorIndex, other.ancestorIndex);
    } else {
      root = other.cycleRoot;
      if (root.state === 'failed') throw root.error;
    }
    const awaited = root.evaluation;
    if (awaited?.order === undefined || root.state !== 'evaluating') continue;
    evaluation.pending += 1;
    awaited.parents.push(generation);
  }
  if (evaluation.pending > 0 || generation.code.definition.isAsync) {
    wait(evaluation);
    if (evaluation.pending === 0) void executeAsync(generation);
  } else {
    generation.execute();
  }
  if (evaluation.ancestorIndex !== evaluation.index) return index;
  for (let one = stack.pop(); one; one = stack.pop()) {
    const done = one.evaluation;
    if (done) Object.assign(done, { cycleRoot: generation, isOnStack: false });
    if (done?.order === undefined) end(one);
    if (one === generation) break;
  }
  return index;
}

/** The generations that a generation imports, those of the same update first of all. */
function requiredBy({ sources }: Generation): Generation[] {
  return sources.flatMap((source) => (source instanceof View ? (source.generation ?? []) : []));
}

function begin(generation: Generation, index: number): Evaluation {
  generation.become('evaluating');
  const evaluation: Evaluation = {
    index,
    ancestorIndex: index,
    isOnStack: false,
    cycleRoot: generation,
    order: undefined,
    pending: 0,
    parents: [],
    promise: undefined,
    settle: () => {},
  };
  generation.evaluation = evaluation;
  return evaluation;
}

/** It waits for something. Modules that wait for it have a promise. */
function wait(evaluation: Evaluation): void {
  evaluation.order = ++waiting;
  const promise = new Promise<void>((resolve, reject) => {
    evaluation.settle = (failed) => (failed ? reject(failed.error) : resolve());
  });
  // The modules that wait hear of a rejection.
  promise.catch(() => {});
  evaluation.promise = promise;
}

function end(generation: Generation): void {
  if (generation.state === 'evaluating') generation.become('evaluated');
  generation.evaluation?.settle();
}

function fail(generation: Generation, error: unknown): void {
  if (generation.state !== 'evaluating' && generation.state !== 'linked') return;
  generation.become('failed');
  generation.error = error;
  generation.evaluation?.settle({ error });
}

/** @returns The promise of the code itself. */
function executeAsync(generation: Generation): Promise<void> | undefined {
  const promise = generation.execute();
  promise?.then(
    () => fulfilled(generation),
    (error: unknown) => rejected(generation, error),
  );
  return promise;
}

function fulfilled(generation: Generation): void {
  if (generation.state === 'failed') return;
  end(generation);
  const ready: Generation[] = [];
  gather(generation, ready);
  // They would stay as long as what they import.
  generation.evaluation?.parents.splice(0);
  ready.sort((a, b) => (a.evaluation?.order ?? 0) - (b.evaluation?.order ?? 0));
  for (const one of ready) {
    if (one.state !== 'evaluating') continue;
    if (one.code.definition.isAsync) {
      void executeAsync(one);
      continue;
    }
    try {
      one.execute();
      end(one);
    } catch (error) {
      rejected(one, error);
    }
  }
}

/** Collects the modules that waited for nothing else. */
function gather(generation: Generation, ready: Generation[]): void {
  for (const parent of generation.evaluation?.parents ?? []) {
    const { evaluation } = parent;
    if (!evaluation || ready.includes(parent) || evaluation.cycleRoot.state === 'failed') continue;
    evaluation.pending -= 1;
    if (evaluation.pending > 0) continue;
    ready.push(parent);
    if (!parent.code.definition.isAsync) gather(parent, ready);
  }
}

function rejected(generation: Generation, error: unknown): void {
  if (generation.state !== 'evaluating') return;
  fail(generation, error);
  for (const parent of generation.evaluation?.parents ?? []) rejected(parent, error);
}
