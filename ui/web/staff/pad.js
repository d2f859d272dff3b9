// The keys for digits: a kiosk has no keyboard.

import { words as w } from "./words.js";
import { el } from "./dom.js";

const MOST = 12;

// digits makes a field for a PIN. Keys of a keyboard work in it too.
export function digits(label, onGo, id = "") {
  const field = el("input", {
    id, type: "password", inputMode: "none", autocomplete: "off", maxLength: MOST, "aria-label": label,
    onkeydown: (event) => event.key === "Enter" && onGo(),
    oninput: () => (field.value = field.value.replace(/\D/g, "").slice(0, MOST)),
  });
  return field;
}

// pad makes the keys; into returns the field that they write to.
export function pad(into, go, onGo) {
  const key = (label, onclick, className = "") => el("button", { type: "button", className, onclick }, label);
  const press = (digit) => (into().value = (into().value + digit).slice(0, MOST));
  return el(
    "div",
    { className: "pad", role: "group", "aria-label": w.door.digits },
    ...[1, 2, 3, 4, 5, 6, 7, 8, 9].map((n) => key(String(n), () => press(n))),
    key(w.door.erase, () => (into().value = into().value.slice(0, -1)), "wide"),
    key("0", () => press(0)),
    key(go, onGo, "wide go"),
  );
}
