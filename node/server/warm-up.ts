/**
 * Does everything that is slow the first time once, when the server has started and no page waits.
 */
import { transformPage } from './page.js';
import { ask } from './pull.js';

/** A page with all that pages have. */
const PAGE = `<!doctype html><html lang="en"><head><link rel="stylesheet" href="a.css"></head>
<body><img src="a.png"><script type="module">0</script><script type="module" src="a.js"></script></body></html>`;

/** Makes a request from within that reaches no app, and transforms a page that no browser gets. */
export function warmUp(): void {
  setImmediate(() => {
    void ask((_, response) => void response.end(), '/', {});
    transformPage(PAGE, '/', '/', {
      head: '',
      stamped: () => null,
      inlineModule: () => null,
    });
  });
}
