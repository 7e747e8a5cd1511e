/**
 * Reading a shell that has not run. In a cycle its importers run first; by the rules of the language they may call its
 * functions. In a shell these are *portals*: a portal defines its module, whose own functions exist from then on.
 */
import type { ModuleNamespace } from '../../client.js';

/** The name of a portal. Its number says which of the module's own exports it stands for. */
const PORTAL = /^\$hot\d*_e(\d+)$/;

/** What calling a portal returns: the module that it has defined. */
export interface Defined {
  /** The value of one of its own exports, counted as in its definition. */
  exported(index: number): unknown;
}

/** A module whose code runs. The variables of its shell have no values before it has come to its end. */
export interface Running extends Defined {
  /** The names of its own exports, counted as in its definition. */
  readonly locals: readonly string[];
}

const running = new Set<Running>();

/** The code of a module begins to run. */
export function begins(module: Running): void {
  running.add(module);
}

/** The variables of a module's shell have their values. */
export function ended(module: Running): void {
  running.delete(module);
}

/**
 * The value of an export of a shell.
 *
 * @throws {ReferenceError} Before it has one.
 */
export function readShell(namespace: ModuleNamespace, name: string): unknown {
  let value: unknown;
  try {
    value = namespace[name];
  } catch {
    return ofRunning(name);
  }
  if (typeof value !== 'function') return value;
  const index = PORTAL.exec(value.name)?.[1];
  return index === undefined ? value : (value() as Defined).exported(Number(index));
}

/**
 * The value of what a barrel passes on, where that has no value in a shell yet. In code that runs without us it has one,
 * so that its module is running. The browser does not say which one that is: one that has a value by this name.
 */
function ofRunning(name: string): unknown {
  const values = [...running].flatMap((module) => {
    const index = module.locals.indexOf(name);
    try {
      return index < 0 ? [] : [{ value: module.exported(index) }];
    } catch {
      return [];
    }
  });
  const [found, ...others] = values;
  if (!found || others.length > 0) throw deadZone(name);
  return found.value;
}

/** The error of reading an export that has no value yet. The browser's own names a variable of the shell or the body. */
export function deadZone(name: string): ReferenceError {
  return new ReferenceError(`Cannot access '${name}' before initialization`);
}
