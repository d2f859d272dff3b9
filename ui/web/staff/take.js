// Takes the counts away: to a medium, or as a code on the screen.

import { words as w } from "./words.js";
import { el, fill, saying } from "./dom.js";

const SVG = "http://www.w3.org/2000/svg";
const QUIET = 4; // modules around a QR code, as ISO/IEC 18004 asks

export function take(main, api) {
  const media = el("div", { className: "row" });
  const say = saying();
  const place = el("div");
  main.append(
    el("h2", {}, w.take.title), el("p", { className: "soft" }, w.take.text),
    el("h3", {}, w.take.medium), el("p", {}, w.take.medium_text), media, say,
    el("h3", {}, w.take.code), el("p", {}, w.take.code_text),
    el("div", { className: "row" }, el("button", { type: "button", id: "qr", onclick: () => codes() }, w.take.show)), place,
  );
  const why = (error) => (error.reason === "none" ? w.page.missing : w.take[error.reason] ?? w.page.failed);

  async function write(medium) {
    try {
      const { file } = await api.post("media", { medium });
      say.textContent = fill(w.take.written, { file });
    } catch (error) {
      say.textContent = why(error);
    }
  }

  async function look() {
    let list = [];
    try {
      ({ media: list } = await api.get("media"));
      say.textContent = list.length === 0 ? w.take.none : "";
    } catch (error) {
      say.textContent = why(error);
    }
    media.replaceChildren(
      ...list.map((name) => el("button", { type: "button", className: "go", onclick: () => write(name) }, fill(w.take.write, { name }))),
      el("button", { type: "button", onclick: look }, w.take.look),
    );
  }

  async function codes() {
    try {
      const { codes: list } = await api.get("qr");
      let at = 0;
      const show = () => {
        const { part: n, parts: of, rows } = list[at];
        const label = el("span", { role: "status" }, fill(w.take.part, { n, of }));
        const next = of > 1 ? el("button", { type: "button", onclick: () => { at = (at + 1) % of; show(); } }, w.take.next) : null;
        place.replaceChildren(draw(rows, fill(w.take.image, { n, of })), el("div", { className: "row" }, label, ...(next ? [next] : [])));
      };
      show();
    } catch (error) {
      place.replaceChildren(el("p", {}, why(error)));
    }
  }
  look();
}

// draw makes a drawing of rows of 0 and 1.
function draw(rows, label) {
  const side = rows.length + 2 * QUIET;
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", `0 0 ${side} ${side}`);
  svg.setAttribute("class", "code");
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", label);
  svg.setAttribute("shape-rendering", "crispEdges");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", rows.flatMap((row, y) => [...row].map((bit, x) => (bit === "1" ? `M${x + QUIET} ${y + QUIET}h1v1h-1z` : ""))).join(""));
  svg.append(path);
  return svg;
}
