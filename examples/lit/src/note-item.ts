import { css, html, LitElement } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { theme } from './theme.js';

/** One note, which can be done. */
@customElement('note-item')
export class NoteItem extends LitElement {
  static override styles = [theme, css`[aria-pressed='true'] { opacity: 0.4; }`];

  @property() accessor text = '';
  @state() accessor isDone = false;

  override render() {
    return html`<button aria-pressed=${this.isDone} @click=${this.toggle}>${this.text}</button>`;
  }

  private toggle() {
    this.isDone = !this.isDone;
  }
}
