import { createRoot } from 'react-dom/client';
import { App } from './app';

const root = (import.meta.hot!.data.root ??= createRoot(elem));
root.render(<App />); // re-use an existing root
