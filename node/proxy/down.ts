/**
 * The answer while the backend is silent: a page that says so, and loads when the backend is back.
 */

import type { IncomingMessage, ServerResponse } from 'node:http';
import { asksForPage } from './html.js';

/** Milliseconds from one look of the page whether the backend is there to the next. */
const LOOK_MS = 500;

/** Why a backend does not answer, for people. */
const REASONS: Record<string, string> = {
  ECONNREFUSED: 'nobody listens there',
  ENOTFOUND: 'there is no such host',
  EAI_AGAIN: 'there is no such host',
  ETIMEDOUT: 'it took too long',
  EHOSTUNREACH: 'the host cannot be reached',
  ECONNRESET: 'it broke off the connection',
};

/** The reason of an error, for people. */
export function reasonOf(error: NodeJS.ErrnoException): string {
  const code = error.code ?? '';
  return REASONS[code] ?? (error.message || code);
}

/**
 * Answers in place of the backend.
 *
 * @param address Of the backend.
 * @param lookUrl Answers 204 as soon as the backend is there.
 */
export function answerDown(
  request: IncomingMessage,
  response: ServerResponse,
  address: string,
  error: NodeJS.ErrnoException,
  lookUrl: string,
): void {
  const sentence = `The backend ${address} does not answer: ${reasonOf(error)}.`;
  const isPage = asksForPage(request);
  const body = isPage ? page(sentence, lookUrl) : `${sentence} Start it, and try again.\n`;
  response.writeHead(502, {
    'content-type': isPage ? 'text/html; charset=utf-8' : 'text/plain; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}

function page(sentence: string, lookUrl: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Waiting for the backend</title>
<style>
  html { color-scheme: light dark; font: 1rem/1.6 system-ui, sans-serif; }
  main { max-width: 40rem; margin: 20vh auto; padding: 0 1.5rem; }
</style>
</head>
<body>
<main>
<h1>Waiting for the backend</h1>
<p>${escapeText(sentence)}</p>
<p>Start it: this page then loads by itself.</p>
</main>
<script type="module">
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, ${LOOK_MS}));
    const answer = await fetch(${JSON.stringify(lookUrl)}).catch(() => null);
    if (answer?.status === 204) break;
  }
  // Not as a reload, which would send a form again.
  location.replace(location.href);
</script>
</body>
</html>
`;
}

function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
