import { something } from './something';

// Initialize or re-use a WebSocket connection
export const ws = (import.meta.hot!.data.ws ??= new WebSocket(location.origin));

// If the module's import is removed, clean up the WebSocket connection.
import.meta.hot!.prune(() => {
  ws.close();
});
