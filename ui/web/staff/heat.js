// The view of what is warm. It is blank while somebody is in sight.

import { el } from "./dom.js";
import { visitors, words as w } from "./words.js";

const SVG = "http://www.w3.org/2000/svg";

// fault says in words what is wrong with the reference.
export const fault = (name) => {
  const say = Object.hasOwn(visitors.faults, name) ? visitors.faults[name] : null;
  return say ? `${say.text} ${say.staff}` : w.commission.not_seen;
};

// heatView shows the reference with a circle, and with a head the outline that
// a visitor fills. turn, in degrees clockwise, and flip are a mounting that is
// tried.
export function heatView({ head: outlined = false } = {}) {
  const canvas = el("canvas", { width: 1, height: 1, role: "img", "aria-label": w.commission.picture });
  const over = document.createElementNS(SVG, "svg");
  const shape = (name) => over.appendChild(document.createElementNS(SVG, name));
  const head = outlined ? shape("ellipse") : null;
  const disc = shape("circle");
  over.setAttribute("aria-hidden", "true");
  disc.setAttribute("class", "disc");
  const note = el("p", { role: "status" });
  const frame = el("div", { className: "heat" }, canvas, over);

  const show = (s, { turn = 0, flip = false } = {}) => {
    const { blank, width, height, levels } = s.heat;
    over.setAttribute("viewBox", `0 0 ${s.width} ${s.height}`);
    const rx = 0.18 * Math.min(s.width, s.height);
    if (head) for (const [name, value] of Object.entries({ cx: s.width / 2, cy: 0.42 * s.height, rx, ry: 1.32 * rx })) head.setAttribute(name, value);
    for (const [name, value] of Object.entries({ cx: s.x, cy: s.y, r: s.r })) disc.setAttribute(name, value);
    note.textContent = blank ? w.commission.blank : s.r > 0 ? w.commission.disc_seen : fault(s.fault);
    frame.style.aspectRatio = `${s.width || 3} / ${s.height || 4}`;
    frame.style.transform = `scaleX(${flip ? -1 : 1}) rotate(${turn}deg) scale(${turn % 180 ? Math.min(s.width, s.height) / Math.max(s.width, s.height) : 1})`;
    if (canvas.width !== width) canvas.width = width;
    if (canvas.height !== height) canvas.height = height;
    const pen = canvas.getContext("2d");
    pen.clearRect(0, 0, width, height);
    if (blank || levels.length !== width * height) return;
    const image = pen.createImageData(width, height);
    for (let i = 0; i < levels.length; i++) {
      const level = parseInt(levels[i], 16) / 15;
      image.data.set([255 * Math.min(1, 1.6 * level), 255 * Math.max(0, 1.6 * level - 0.6), 255 * (0.25 + 0.3 * Math.sin(Math.PI * level)), 255], 4 * i);
    }
    pen.putImageData(image, 0, 0);
  };
  return { element: el("div", {}, note, frame), show };
}
