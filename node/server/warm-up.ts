/**
 * What is slow the first time is done once before anybody waits for it, when the server has started.
 */
import { transformPage } from './page.js';
import { ask } from './pull.js';

/** A page with all that pages have. */
const PAGE = `<!doctype html><html lang="en"><head><link rel="stylesheet" href="a.css"></head>
<body><img src="a.png"><script type="module">0</script><script type="module" src="a.js"></script></body></html>`;

/** Makes a request from within that reaches nobody, and transforms a page that nobody gets. */
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
