/** How many waves a press of the button counts. */
export const stride = 1;

// Importers see the new number without running again.
import.meta.hot?.accept();
