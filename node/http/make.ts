/**
 * What is made of the text of a module before pages get it.
 */

/** What a browser gets of a module's text. */
export interface Made {
  code: string;
}

/** Makes code that browsers run of what a project has. */
export interface Maker {
  /**
   * @param url The module's, as the browser asked for it.
   * @param file Absolute path of the file behind it.
   * @param source The file's text.
   */
  make(url: string, file: string, source: string): Promise<Made>;
}

/** Leaves modules as they are. */
export const asTheyAre: Maker = {
  make: async (_url, _file, source) => ({ code: source }),
};
