/** The time, and what the water does. One interval, however often this file is saved. */
import { css, html, LitElement } from 'lit';
import tides from '../data/tides.json' with { type: 'json' };
import { base } from './base-styles.js';
import { define } from './hot-element.js';
import { around, levelAt } from './tide.js';

const data = import.meta.hot?.data ?? {};

class TideClock extends LitElement {
  static properties = { now: { state: true } };

  static styles = [
    base,
    css`
      .gauge {
        height: 6px;
        margin: 0.9rem 0 0.6rem;
        border-radius: 3px;
        background: var(--water);
        overflow: hidden;
      }
      .gauge div {
        height: 100%;
        border-radius: inherit;
        background: var(--accent);
      }
      p {
        margin: 0;
      }
    `,
  ];

  constructor() {
    super();
    this.now = new Date();
  }

  render() {
    const minute = this.now.getHours() * 60 + this.now.getMinutes();
    const level = levelAt(tides.turns, minute);
    const { next, rising } = around(tides.turns, minute);
    const highest = Math.max(...tides.turns.map(({ height }) => height));
    return html`
      <time class="figure">${this.now.toLocaleTimeString('en-GB')}</time>
      <div class="gauge"><div style="width: ${(100 * level) / highest}%"></div></div>
      <p>${level.toFixed(1)} m at ${tides.place}, ${rising ? 'rising' : 'falling'} until ${next.at}</p>
      <p class="quiet">kept by ${data.timers} ${data.timers === 1 ? 'timer' : 'timers'}</p>
    `;
  }
}

define('tide-clock', TideClock);

const timer = setInterval(() => {
  for (const clock of document.querySelectorAll('tide-clock')) clock.now = new Date();
}, 1000);
data.timers = (data.timers ?? 0) + 1;

// Without this, the timer of each old version would go on. The board shows how many there are.
import.meta.hot?.dispose((data) => {
  clearInterval(timer);
  data.timers -= 1;
});
import.meta.hot?.accept();
