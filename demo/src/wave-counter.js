/** Counts waves. The count outlives the code that counts. */
import { css, html, LitElement } from 'lit';
import { base } from './base-styles.js';
import { define } from './hot-element.js';
import { stride } from './stride.js';

const data = import.meta.hot?.data ?? {};

// Bun's dialect: what is in `data` stays, `accept()` does the rest.
data.count ??= 0;
import.meta.hot?.accept();

class WaveCounter extends LitElement {
  static styles = [
    base,
    css`
      div {
        display: flex;
        align-items: center;
        gap: 0.6rem;
      }
      output {
        flex: 1;
      }
    `,
  ];

  count(step) {
    data.count += step;
    this.requestUpdate();
  }

  render() {
    return html`
      <div>
        <output class="figure" aria-label="Waves">${data.count}</output>
        <button aria-label="One less" @click=${() => this.count(-1)}>−</button>
        <button class="primary" @click=${() => this.count(stride)}>Wave</button>
      </div>
    `;
  }
}

define('wave-counter', WaveCounter);
