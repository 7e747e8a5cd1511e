/**
 * The arithmetic of a tide table. Knows nothing of hot updates: a change here goes on to the
 * importers, until a module accepts.
 */

const DAY = 24 * 60;

/** @typedef {{ at: string, height: number }} Turn High or low water: time of day and metres. */

/** Minutes since midnight of a time of day such as `'09:20'`. */
export function minutesOf(time) {
  const [hours, minutes] = time.split(':').map(Number);
  return hours * 60 + minutes;
}

/**
 * The turns before and after a minute of the day; the table repeats every day.
 *
 * @param {Turn[]} turns In the order of time.
 * @param {number} minute
 */
export function around(turns, minute) {
  const found = turns.findIndex(({ at }) => minutesOf(at) > minute);
  const index = Math.max(found, 0);
  const [last, next] = [turns.at(index - 1), turns[index]];
  return { last, next, rising: next.height > last.height };
}

/**
 * Metres of water at a minute of the day: a cosine from one turn to the next.
 *
 * @param {Turn[]} turns In the order of time.
 * @param {number} minute
 */
export function levelAt(turns, minute) {
  const { last, next } = around(turns, minute);
  const length = (minutesOf(next.at) - minutesOf(last.at) + DAY) % DAY;
  const since = (minute - minutesOf(last.at) + DAY) % DAY;
  const share = (1 - Math.cos((Math.PI * since) / length)) / 2;
  return last.height + (next.height - last.height) * share;
}
