import { useState } from 'preact/hooks';
import { Greeting } from './Greeting';
import './app.css';

/** Change the text or the style while it runs: the count stays. */
export function App() {
  const [count, setCount] = useState(0);
  return (
    <main>
      <Greeting name="Preact" />
      <button type="button" onClick={() => setCount(count + 1)}>
        {count} clicks
      </button>
    </main>
  );
}
