/**
 * Mistakes that the command explains: a line, and no stack.
 */

/** What went wrong, where, and what to do, in one line that is printed as it is. */
export class Failure extends Error {
  /** The lines of code that it is in, where it is in some. */
  readonly frame: string | undefined;

  constructor(message: string, frame?: string) {
    super(message);
    this.frame = frame;
  }
}
