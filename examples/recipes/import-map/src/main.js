import { shout } from 'app/shout.js';
import { greeting } from 'greeting';

const show = (text) => {
  document.querySelector('p').textContent = shout(text);
};

show(greeting);

// The name in `accept` means what it means in `import`.
import.meta.hot?.accept('greeting', (newModule) => show(newModule.greeting));
