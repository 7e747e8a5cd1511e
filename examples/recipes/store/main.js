/** Shows the cart. */
import { cart } from './cart.js';

const show = ({ items }) => {
  document.querySelector('p').textContent = items.join(', ');
};

cart.subscribe(show);
show(cart.state);

document.querySelector('button').onclick = () => cart.actions.add('apple');
