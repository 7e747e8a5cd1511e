/** The cart. An edit of an action keeps the state and the listeners. */
import { createStore } from './create-store.js';

const data = import.meta.hot?.data ?? {};
data.cart ??= createStore({ items: [] });

export const cart = data.cart;

cart.setActions({
  add: ({ items }, item) => ({ items: [...items, item] }),
});

import.meta.hot?.accept();
