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
    throw deadZone(name);
  }
  if (typeof value !== 'function') return value;
  const index = PORTAL.exec(value.name)?.[1];
  return index === undefined ? value : (value() as Defined).exported(Number(index));
}

/** The error of reading an export that has no value yet. The browser's own names a variable of the shell or the body. */
export function deadZone(name: string): ReferenceError {
  return new ReferenceError(`Cannot access '${name}' before initialization`);
}
