/** Counts the words of the text area that stands in it. The text is the page's and stays. */
import { css, html, LitElement } from 'lit';
import { base } from './base-styles.js';
import { define } from './hot-element.js';

class FieldNote extends LitElement {
  static properties = { words: { state: true } };

  static styles = [
    base,
    css`
      p {
        margin: 0.4rem 0 0;
        text-align: right;
      }
    `,
  ];

  constructor() {
    super();
    this.words = 0;
  }

  read(event) {
    this.words = event.target.value.split(/\s+/).filter(Boolean).length;
  }

  render() {
    const { words } = this;
    return html`
      <slot @input=${this.read}></slot>
      <p class="quiet">${words} ${words === 1 ? 'word' : 'words'}</p>
    `;
  }
}

define('field-note', FieldNote);
import.meta.hot?.accept();
