/** The water at the foot of the headline. The running animation is handed to each new generation. */

const STILL = matchMedia('(prefers-reduced-motion: reduce)').matches;
const LAYERS = 3;

const canvas = document.querySelector('#waves');
let phase = 0;
let frame = 0;

/** Where the surface of a layer is, from 0 (top) to 1; `x` goes from 0 to 1 over the page. */
function surface(x, layer) {
  const swell = Math.sin(x * 7 + phase * (0.7 + layer * 0.25) + layer * 2);
  const ripple = Math.sin(x * 19 - phase * (1.1 + layer * 0.2));
  return 0.22 + layer * 0.2 + swell * 0.13 + ripple * 0.035;
}

function paint() {
  const width = Math.round(canvas.clientWidth * devicePixelRatio);
  const height = Math.round(canvas.clientHeight * devicePixelRatio);
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  const pen = canvas.getContext('2d');
  pen.clearRect(0, 0, width, height);
  pen.fillStyle = getComputedStyle(canvas).color;
  pen.globalAlpha = 0.4;
  for (let layer = 0; layer < LAYERS; layer += 1) {
    pen.beginPath();
    pen.moveTo(0, height);
    for (let x = 0; x <= width; x += 4) pen.lineTo(x, surface(x / width, layer) * height);
    pen.lineTo(width, surface(1, layer) * height);
    pen.lineTo(width, height);
    pen.fill();
  }
}

/** Starts the animation at a phase, in seconds. */
export function start(from = 0) {
  phase = from;
  let last = performance.now();
  const step = (now) => {
    // A tab that slept does not jump.
    phase += Math.min(now - last, 50) / 1000;
    last = now;
    paint();
    if (!STILL) frame = requestAnimationFrame(step);
  };
  frame = requestAnimationFrame(step);
}

import.meta.hot?.dispose(() => cancelAnimationFrame(frame));

// Vite's dialect: the callback gets the new module. It goes on where this one is.
import.meta.hot?.accept((newModule) => newModule.start(phase));
