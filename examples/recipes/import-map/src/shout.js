export const shout = (text) => `${text.toUpperCase()}!`;

import.meta.hot?.accept();
