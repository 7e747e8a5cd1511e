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

/** A module whose shell has not run to its end. Until then, the shell's variables have no values. */
export interface Unattached extends Defined {
  /** The names of its own exports, counted as in its definition. */
  readonly locals: readonly string[];
  /** Whether its code runs now, or waits at its top level. */
  isRunning(): boolean;
}

const unattached = new Set<Unattached>();

/** A shell has defined its module. */
export function begins(module: Unattached): void {
  unattached.add(module);
}

/** The variables of a module's shell have their values. */
export function ended(module: Unattached): void {
  unattached.delete(module);
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
 * The value of an export that a barrel passes on and whose shell has none yet. If the read is no error in a native
 * module, the export's own module is running. The browser does not say which module that is, so it is the only running
 * one that has a value by this name.
 */
function ofRunning(name: string): unknown {
  const values = [...unattached].flatMap((module) => {
    const index = module.isRunning() ? module.locals.indexOf(name) : -1;
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
