/**
 * Waiting with an end: code of the page may hold up an update, but not for ever.
 */

/** Waits for a promise, if there is one, but not longer than so many milliseconds. Rejects as the promise does. */
export async function patient<Value>(
  promise: Promise<Value> | undefined,
  milliseconds: number,
): Promise<Value | undefined> {
  if (!promise) return undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const limit = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), milliseconds);
  });
  return Promise.race([promise, limit]).finally(() => clearTimeout(timer));
}

/** A callback's promise was not settled in its time. The message goes on from the callback's name. */
export class Unsettled extends Error {}

/** Resolves after so many milliseconds. */
export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, milliseconds));
}
