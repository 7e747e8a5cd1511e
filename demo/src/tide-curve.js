/** The day's tide as a curve. Accepts nothing itself: the page that imports it does (almanac.html). */
import { html, render, svg } from 'lit';
import tides from '../data/tides.json' with { type: 'json' };
import { around, levelAt, minutesOf } from './tide.js';

const DAY = 24 * 60;
const WIDTH = 960;
const HEIGHT = 300;
const TOP = 6;

const x = (minute) => (minute / DAY) * WIDTH;
const y = (metres) => HEIGHT - 24 - (metres / TOP) * (HEIGHT - 48);

/** Draws the curve, with a mark at an hour of the day, into an element. */
export function draw(place, hour) {
  const minute = Math.min(hour * 60, DAY - 1);
  const level = levelAt(tides.turns, minute);
  const { next, rising } = around(tides.turns, minute);
  render(
    html`
      <svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="Height of the tide over the day">
        <path class="water" d="${path()} V${HEIGHT} H0 Z"></path>
        <path class="surface" d=${path()}></path>
        ${tides.turns.map(turn)}
        <line class="mark" x1=${x(minute)} x2=${x(minute)} y1=${y(level)} y2=${HEIGHT}></line>
        <circle class="mark" cx=${x(minute)} cy=${y(level)} r="7"></circle>
      </svg>
      <figcaption>
        <strong>${level.toFixed(2)} m</strong> at ${clock(minute)} in ${tides.place},
        ${rising ? 'rising' : 'falling'} until ${next.at}.
      </figcaption>
    `,
    place,
  );
}

function path() {
  const points = [];
  for (let minute = 0; minute <= DAY; minute += 10) {
    points.push(`${x(minute)},${y(levelAt(tides.turns, minute % DAY)).toFixed(1)}`);
  }
  return `M${points.join(' L')}`;
}

function turn({ at, height }) {
  const minute = minutesOf(at);
  const offset = height < TOP / 2 ? 26 : -14;
  return svg`
    <text x=${x(minute)} y=${y(height) + offset} text-anchor="middle">${at}, ${height} m</text>
    <circle cx=${x(minute)} cy=${y(height)} r="3.5"></circle>
  `;
}

function clock(minute) {
  const [hours, minutes] = [Math.floor(minute / 60), minute % 60];
  return `${String(hours).padStart(2, '0')}:${String(minutes).padStart(2, '0')}`;
}
