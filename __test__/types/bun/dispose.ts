const sideEffect = setupSideEffect();

import.meta.hot!.dispose(() => {
  sideEffect.cleanup();
});

export {};
