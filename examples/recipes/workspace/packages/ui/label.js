/** The text of a label. */
export const label = (text) => `[ ${text} ]`;
