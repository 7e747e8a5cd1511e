// As in Vite's document, under this package's name.
import 'hotgraph/client';

declare module 'hotgraph/client' {
  interface CustomEventMap {
    'my:event': { msg: string };
    'my:response': { msg: string };
  }
}
