/** The error of a file that cannot become an ES module, with the place and what to do. */
export class CommonJsError extends Error {
  override readonly name = 'CommonJsError';
  /** The absolute path of the file that it is about. */
  readonly file: string;
  /** From 1; 0 when the whole file is meant. */
  readonly line: number;
  /** From 1, in UTF-16 code units; 0 when the whole line is meant. */
  readonly column: number;

  constructor(message: string, file: string, line = 0, column = 0) {
    super(message);
    this.file = file;
    this.line = line;
    this.column = column;
  }
}
