import { html, LitElement } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import './note-item.js';
import { theme } from './theme.js';

/** A list of notes. */
@customElement('notes-app')
export class NotesApp extends LitElement {
  static override styles = theme;

  @state() accessor notes = ['Edit src/note-item.ts'];

  override render() {
    return html`
      <h1>Notes</h1>
      ${this.notes.map((text) => html`<p><note-item .text=${text}></note-item></p>`)}
      <input aria-label="Another note" @change=${this.add} />
    `;
  }

  private add({ target }: Event) {
    const input = target as HTMLInputElement;
    this.notes = [...this.notes, input.value];
    input.value = '';
  }
}
