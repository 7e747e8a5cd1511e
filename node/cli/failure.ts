/**
 * Mistakes that the command explains: a line, and no stack.
 */

/** What went wrong, where, and what to do, in one line that is printed as it is. */
export class Failure extends Error {}
