/** Makes a store: state, actions that change it, and listeners that get each new state. */
export function createStore(state) {
  const listeners = new Set();
  const store = {
    state,
    actions: {},
    subscribe: (listener) => listeners.add(listener),
    /** Sets the actions: functions of the state and arguments, which return what changes. */
    setActions(actions) {
      store.actions = {};
      for (const [name, action] of Object.entries(actions)) {
        store.actions[name] = (...args) => {
          store.state = { ...store.state, ...action(store.state, ...args) };
          for (const listener of listeners) listener(store.state);
        };
      }
    },
  };
  return store;
}
