// What comes first after the first PIN: the clock where nobody has set it, then
// the commissioning.

import { words as w } from "./words.js";
import { el } from "./dom.js";
import { clock } from "./settings.js";

// first shows the clock, or goes on at once where there is nothing to set.
export function first(main, api, onDone) {
  main.append(el("h2", {}, w.first.title), el("p", {}, w.first.text));
  const next = el("button", { type: "button", className: "go", id: "first_next", onclick: onDone }, w.first.next);
  const place = el("div");
  main.append(place, el("div", { className: "row" }, next));
  api
    .get("clock")
    .then(({ known }) => (known ? onDone() : clock(place, api)))
    .catch(onDone);
}
