import { createSignal } from 'solid-js';
import { Greeting } from './Greeting';

/** Change the other component while it runs: the count stays. */
export function App() {
  const [count, setCount] = createSignal(0);
  return (
    <main>
      <Greeting name="Solid" />
      <button type="button" onClick={() => setCount(count() + 1)}>
        {count()} clicks
      </button>
    </main>
  );
}
