// Forgetting everything: a button, what it means, and the PIN once more.

import { words as w } from "./words.js";
import { el, fill, saying } from "./dom.js";
import { digits, pad } from "./pad.js";

export function forget(main, api) {
  const say = saying();
  const place = el("div");
  const begin = el("button", { type: "button", id: "forget", onclick: ask }, w.forget.begin);
  main.append(el("h2", {}, w.forget.title), el("p", {}, w.forget.text), el("div", { className: "row" }, begin), place, say);

  function ask() {
    const field = digits(w.forget.pin, go, "forget_pin");
    async function go() {
      try {
        await api.post("forget", { pin: field.value, sure: "everything" });
        place.replaceChildren();
        begin.hidden = true;
        say.textContent = w.forget.done;
      } catch (error) {
        field.value = "";
        if (error.wait > 0) say.textContent = fill(w.door.wait, { time: `${error.wait} s` });
        else say.textContent = w.door[error.reason] ?? w.page.failed;
      }
    }
    place.replaceChildren(
      el("h3", {}, w.forget.sure), el("p", { className: "bad" }, w.forget.sure_text),
      el("div", { className: "door" }, el("div", {}, el("span", { "aria-hidden": "true" }, w.forget.pin), field), el("div", {}, pad(() => field, w.door.go, go))),
      el("div", { className: "row" },
        el("button", { type: "button", id: "forget_go", onclick: go }, w.forget.go),
        el("button", { type: "button", onclick: () => place.replaceChildren() }, w.forget.cancel)),
    );
    field.focus();
  }
}
