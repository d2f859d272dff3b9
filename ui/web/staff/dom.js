// Builds elements: el("p", {className: "soft"}, "text", child).

import { words as w } from "./words.js";

export function el(name, properties = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (key in element && key !== "list") element[key] = value;
    else element.setAttribute(key, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

// fill puts values into a text: fill("in {n} s", {n: 3}).
export const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);

// table makes a table that scrolls by itself; rows are lists of texts, and mark
// says which of them is the present one.
export function table(caption, head, rows, mark = -1) {
  return el(
    "div",
    { className: "scroll", tabIndex: 0, role: "region", "aria-label": caption },
    el(
      "table",
      {},
      el("thead", {}, el("tr", {}, ...head.map((text) => el("th", { scope: "col" }, text)))),
      el("tbody", {}, ...rows.map((row, i) => el("tr", { className: i === mark ? "present" : "" }, ...row.map((text) => el("td", {}, text))))),
    ),
  );
}

// say is a line that is read out when it changes.
export function saying() {
  return el("p", { className: "say", role: "status" });
}

// choice is a row of buttons of which one is pressed.
export function choice(label, options, chosen, onChoose) {
  const buttons = options.map(([value, text]) =>
    el("button", { type: "button", "aria-pressed": value === chosen, onclick: () => press(value) }, text),
  );
  const press = (value) => {
    buttons.forEach((button, i) => button.setAttribute("aria-pressed", options[i][0] === value));
    onChoose(value);
  };
  return el("div", { className: "row", role: "group", "aria-label": label }, ...buttons);
}

// rows puts names and values into a <dl>, where they changed.
export function rows(list, pairs) {
  const text = JSON.stringify(pairs);
  if (list.dataset.shown === text) return;
  list.dataset.shown = text;
  list.replaceChildren(...pairs.flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, value)]));
}

// stepper changes a value by one step up or down; add gets 1 or -1.
export function stepper(label, text, add) {
  const output = el("output", {}, text());
  const step = (n, mark, say) =>
    el("button", { type: "button", "aria-label": fill(say, { what: label }), onclick: () => { add(n); output.textContent = text(); } }, mark);
  return el("div", { className: "stepper" }, label, step(1, "+", w.settings.more), output, step(-1, "−", w.settings.less));
}
