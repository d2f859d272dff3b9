// The clock and the PIN.

import { words as w } from "./words.js";
import { el, fill, saying } from "./dom.js";
import { forget } from "./forget.js";
import { digits, pad } from "./pad.js";

const FIELDS = [
  ["year", (d) => d.getUTCFullYear(), (d, n) => d.setUTCFullYear(d.getUTCFullYear() + n), 4],
  ["month", (d) => d.getUTCMonth() + 1, (d, n) => d.setUTCMonth(d.getUTCMonth() + n), 2],
  ["day", (d) => d.getUTCDate(), (d, n) => d.setUTCDate(d.getUTCDate() + n), 2],
  ["hour", (d) => d.getUTCHours(), (d, n) => d.setUTCHours(d.getUTCHours() + n), 2],
  ["minute", (d) => d.getUTCMinutes(), (d, n) => d.setUTCMinutes(d.getUTCMinutes() + n), 2],
];

export function settings(main, api) {
  clock(main, api);
  pin(main, api);
  forget(main, api);
}

// clock shows the clock and sets it.
export function clock(main, api) {
  const note = el("p");
  const say = saying();
  const place = el("div", { className: "steppers" });
  const set = el("button", { type: "button", className: "go", id: "set_clock" }, w.settings.set);
  main.append(el("h2", {}, w.settings.clock), note, place, set, say);

  function show({ unix, known }) {
    note.textContent = known ? w.settings.clock_set : w.settings.clock_unset;
    note.className = known ? "soft" : "bad";
    const date = new Date(unix * 1000);
    const outputs = FIELDS.map(([name, , , width]) => el("output", { id: `clock_${name}`, "data-width": width }));
    const draw = () => FIELDS.forEach(([, get, , width], i) => (outputs[i].textContent = String(get(date)).padStart(width, "0")));
    place.replaceChildren(
      ...FIELDS.map(([name, , add], i) => {
        const step = (n, mark, label) =>
          el("button", { type: "button", "aria-label": fill(label, { what: w.settings[name] }), onclick: () => { add(date, n); draw(); } }, mark);
        return el("div", { className: "stepper" }, w.settings[name], step(1, "+", w.settings.more), outputs[i], step(-1, "−", w.settings.less));
      }),
    );
    draw();
    set.onclick = async () => {
      try {
        show(await api.post("clock", { unix: Math.floor(date.getTime() / 1000) }));
        say.textContent = w.settings.was_set;
      } catch (error) {
        say.textContent = w.settings[error.reason] ?? w.page.failed;
      }
    };
  }
  api.get("clock").then(show).catch((error) => {
    set.hidden = true;
    note.textContent = error.reason === "none" ? w.page.missing : w.page.failed;
  });
}

function pin(main, api) {
  const say = saying();
  const change = async () => {
    const [old, fresh, again] = fields.map((field) => field.value);
    if (fresh !== again) {
      say.textContent = w.door.differ;
      return;
    }
    try {
      await api.enter("change", { old, pin: fresh });
      say.textContent = w.settings.changed;
      for (const field of fields) field.value = "";
    } catch (error) {
      if (error.wait > 0) say.textContent = fill(w.door.wait, { time: `${error.wait} s` });
      else say.textContent = w.door[error.reason] ?? w.page.failed;
    }
  };
  // The keys write to the field that was touched last.
  let into = 0;
  const next = () => {
    if (into < fields.length - 1) fields[into + 1].focus();
    else change();
  };
  const labels = [w.settings.old, w.settings.new, w.door.again];
  const fields = ["old_pin", "new_pin", "again_pin"].map((id, i) => digits(labels[i], next, id));
  fields.forEach((field, i) => field.addEventListener("focus", () => (into = i)));
  main.append(
    el("h2", {}, w.settings.pin),
    el("div", { className: "door" },
      el("div", {}, ...fields.flatMap((field, i) => [el("span", { "aria-hidden": "true" }, labels[i]), field])),
      el("div", {}, pad(() => fields[into], w.door.go, next))),
    el("button", { type: "button", className: "go", id: "change_pin", onclick: change }, w.settings.change), say,
  );
}
