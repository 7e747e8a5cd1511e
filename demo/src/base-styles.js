/** What the elements' styles share. An update goes on to all of them, and each accepts itself. */
import { css } from 'lit';

export const base = css`
  :host {
    display: block;
    border-radius: 0.4rem;
  }
  * {
    box-sizing: border-box;
  }
  button,
  input {
    font: inherit;
    color: inherit;
  }
  button {
    padding: 0.45em 1em;
    border: 1px solid var(--line);
    border-radius: 99em;
    background: none;
    cursor: pointer;
  }
  button:hover {
    border-color: var(--accent);
  }
  button.primary {
    border-color: var(--accent);
    background: var(--accent);
    color: var(--on-accent);
  }
  :focus-visible {
    outline: 2px solid var(--accent);
    outline-offset: 2px;
  }
  .quiet {
    color: var(--quiet);
  }
  .figure {
    font-family: var(--serif);
    font-size: 3.4rem;
    line-height: 1.1;
    font-variant-numeric: tabular-nums;
  }
`;
