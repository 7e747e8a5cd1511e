/** What to look for, and what was seen. Items stay when code, styles or the list of species change. */
import { css, html, LitElement } from 'lit';
import { species } from '../data/species.js';
import { base } from './base-styles.js';
import { define } from './hot-element.js';

let known = species;

class FindList extends LitElement {
  static properties = { items: { state: true }, draft: { state: true } };

  static styles = [
    base,
    css`
      ul {
        margin: 0;
        padding: 0;
        list-style: none;
      }
      li {
        display: flex;
        align-items: center;
        gap: 0.75rem;
        padding: 0.6rem 0;
        border-bottom: 1px solid var(--line);
      }
      label {
        flex: 1;
        display: grid;
        grid-template-columns: auto 1fr;
        column-gap: 0.75rem;
        align-items: baseline;
        cursor: pointer;
      }
      label small {
        grid-column: 2;
      }
      input[type='checkbox'] {
        accent-color: var(--accent);
      }
      .seen {
        color: var(--quiet);
        text-decoration: line-through;
        text-decoration-color: var(--accent);
      }
      li button {
        border-color: transparent;
        padding: 0.2em 0.6em;
        color: var(--quiet);
      }
      form {
        display: flex;
        gap: 0.6rem;
        margin: 1.1rem 0 0.8rem;
      }
      form input {
        flex: 1;
        min-width: 0;
        padding: 0.45em 1em;
        border: 1px solid var(--line);
        border-radius: 99em;
        background: var(--paper);
      }
      .ideas {
        display: flex;
        flex-wrap: wrap;
        align-items: baseline;
        gap: 0.4rem;
        margin: 0;
        font-size: 0.875rem;
      }
    `,
  ];

  constructor() {
    super();
    this.items = known.slice(0, 5).map(({ name }, index) => ({ name, seen: index === 0 }));
    this.draft = '';
  }

  add(name) {
    if (name && !this.has(name)) this.items = [...this.items, { name, seen: false }];
  }

  has(name) {
    return this.items.some((item) => item.name === name);
  }

  toggle(item) {
    this.items = this.items.map((one) => (one === item ? { ...item, seen: !item.seen } : one));
  }

  remove(item) {
    this.items = this.items.filter((one) => one !== item);
  }

  submit(event) {
    event.preventDefault();
    this.add(this.draft.trim());
    this.draft = '';
  }

  render() {
    const seen = this.items.filter((item) => item.seen).length;
    const ideas = known.filter(({ name }) => !this.has(name));
    return html`
      <p class="quiet">${seen} of ${this.items.length} seen</p>
      <ul>
        ${this.items.map((item) => this.row(item))}
      </ul>
      <form @submit=${this.submit}>
        <input
          aria-label="Something else"
          placeholder="Something else"
          .value=${this.draft}
          @input=${(event) => (this.draft = event.target.value)}
        />
        <button class="primary">Add</button>
      </form>
      <p class="ideas">
        ${ideas.map(({ name }) => html`<button @click=${() => this.add(name)}>+ ${name}</button>`)}
      </p>
    `;
  }

  row(item) {
    const hint = known.find(({ name }) => name === item.name)?.hint;
    return html`
      <li>
        <label>
          <input type="checkbox" .checked=${item.seen} @change=${() => this.toggle(item)} />
          <span class=${item.seen ? 'seen' : ''}>${item.name}</span>
          ${hint ? html`<small class="quiet">${hint}</small>` : ''}
        </label>
        <button aria-label="Remove ${item.name}" @click=${() => this.remove(item)}>×</button>
      </li>
    `;
  }
}

define('find-list', FindList);
import.meta.hot?.accept();

// Vite's dialect for a dependency: this module keeps running and takes in what is new.
import.meta.hot?.accept('../data/species.js', (newSpecies) => {
  known = newSpecies.species;
  for (const list of document.querySelectorAll('find-list')) list.requestUpdate();
});
