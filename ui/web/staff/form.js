// Fields for letters and digits, and the keys for them: a kiosk has no keyboard.

import { el } from "./dom.js";
import { words as w } from "./words.js";

const KEYS = "1234567890.-/ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const MOST = 40;

// form makes fields, [name, label] each; the keys write to the one that was
// touched last.
export function form(list) {
  const inputs = list.map(([name, label], i) =>
    el("input", { id: `field_${name}`, autocomplete: "off", maxLength: MOST, inputMode: "none", "aria-label": label, onfocus: () => take(i) }));
  let at = 0;
  const take = (i) => {
    at = i;
    inputs.forEach((input, n) => input.classList.toggle("taken", n === i));
  };
  const put = (change) => {
    inputs[at].value = change(inputs[at].value).slice(0, MOST);
  };
  take(0);
  const element = el(
    "div", { className: "form" },
    el("div", { className: "fields" }, ...list.flatMap(([, label], i) => [el("span", { "aria-hidden": "true" }, label), inputs[i]])),
    el("div", {},
      el("div", { className: "keys", role: "group", "aria-label": w.commission.keys },
        ...[...KEYS].map((key) => el("button", { type: "button", onclick: () => put((text) => text + key) }, key)),
        el("button", { type: "button", className: "wide", onclick: () => put((text) => text.slice(0, -1)) }, w.door.erase))),
  );
  return {
    element,
    fill: (values) => list.forEach(([name], i) => (inputs[i].value = values[name])),
    values: () => Object.fromEntries(list.map(([name], i) => [name, inputs[i].value.trim()])),
  };
}
