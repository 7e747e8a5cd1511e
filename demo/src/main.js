/** Loads the board. Accepts nothing, so editing this file reloads the page, and says why. */
import './field-note.js';
import './find-list.js';
import './tide-clock.js';
import './tour.js';
import './wave-counter.js';
import { show } from './greeting.js';
import { start } from './waves.js';

show();
start();
