/** An element with a style sheet of its own, which takes colours and sizes from the page's theme. */
import sheet from './note-card.css' with { type: 'css' };

customElements.define(
  'note-card',
  class extends HTMLElement {
    connectedCallback() {
      const root = this.attachShadow({ mode: 'open' });
      root.adoptedStyleSheets = [sheet];
      root.append(document.createElement('slot'));
    }
  },
);
