// The commissioning: step by step from the camera to a record that is signed
// off.

import { el, fill } from "./dom.js";
import { STEPS } from "./steps.js";
import { words as w } from "./words.js";

const EVERY = 600;

export function commission(main, api) {
  const entry = { role: "technician", room_c: 22, humidity: 0.45 };
  const names = Object.keys(STEPS);
  // What steps tell each other: how the lamps were found.
  const found = { lamps: [] };
  let at = 0;
  let timer = 0;
  let over = false;
  let last = null;
  let onSight = () => {};
  const title = el("h2", { tabIndex: -1 });
  const trail = el("ol", { className: "trail", "aria-label": w.tabs.commission });
  const body = el("div");
  const back = el("button", { type: "button", onclick: () => go(at - 1) }, w.commission.back);
  const next = el("button", { type: "button", className: "go", id: "next", onclick: () => go(at + 1) }, w.commission.next);
  main.append(trail, title, body, el("div", { className: "row" }, back, next));

  function go(to) {
    at = to;
    trail.replaceChildren(...names.map((name, i) => el("li", { className: i < at ? "done" : "", "aria-current": i === at ? "step" : "false" }, w.commission[name])));
    title.textContent = fill(w.commission.step, { n: at + 1, of: names.length, what: w.commission[names[at]] });
    back.hidden = at === 0;
    next.hidden = at === names.length - 1;
    body.replaceChildren(el("p", {}, w.commission[`${names[at]}_text`]));
    onSight = STEPS[names[at]](body, { api, entry, found, last }) ?? (() => {});
    if (last) onSight(last);
    title.focus();
  }

  const ask = async () => {
    try {
      last = await api.get("sight");
      onSight(last);
      if (!over) timer = setTimeout(ask, EVERY);
    } catch (error) {
      if (error.reason === "none") main.replaceChildren(el("h2", {}, w.tabs.commission), el("p", {}, w.page.missing));
      else if (!over) timer = setTimeout(ask, 5 * EVERY);
    }
  };
  go(0);
  ask();
  return () => {
    over = true;
    clearTimeout(timer);
  };
}
