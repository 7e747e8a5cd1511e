import { css } from 'lit';

export const theme = css`
  :host {
    color: rgb(20, 20, 20);
    font-family: system-ui, sans-serif;
  }
`;
