// The door: the PIN, by touch or by keyboard, and beside it how the kiosk is.

import { LANGUAGES, words as w } from "./words.js";
import { el, fill, saying } from "./dom.js";
import { state } from "./now.js";
import { digits, pad } from "./pad.js";

export function door(main, api, message, onInside, onLanguage) {
  let first = false;
  let chosen = "";
  let busy = false;
  const title = el("h2", { id: "ask" });
  const text = el("p", { className: "soft" });
  const say = saying();
  const field = digits(w.door.digits, () => go());
  const keys = pad(() => field, w.door.go, () => go());

  const words = () => {
    const name = !first ? "enter" : chosen === "" ? "first" : "again";
    title.textContent = w.door[name];
    text.textContent = w.door[`${name}_text`];
  };
  let waiting = 0;
  const wait = (seconds) => {
    clearInterval(waiting);
    const until = performance.now() + seconds * 1000;
    const tell = () => {
      const left = Math.ceil((until - performance.now()) / 1000);
      if (left <= 0) {
        clearInterval(waiting);
        say.textContent = "";
        return;
      }
      const time = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
      say.textContent = fill(w.door.wait, { time });
    };
    waiting = setInterval(tell, 1000);
    tell();
  };

  async function go() {
    const pin = field.value;
    if (busy || pin === "") return;
    field.value = "";
    say.textContent = "";
    if (first && chosen === "") {
      chosen = pin;
      words();
      return;
    }
    if (first && pin !== chosen) {
      chosen = "";
      words();
      say.textContent = w.door.differ;
      return;
    }
    busy = true;
    try {
      await api.enter(first ? "first" : "enter", { pin });
      onInside(first);
    } catch (error) {
      chosen = "";
      words();
      if (error.reason === "wait" || error.wait > 0) wait(error.wait);
      else say.textContent = w.door[error.reason] ?? w.page[error.reason] ?? w.page.failed;
      if (error.reason === "set") ask();
    } finally {
      busy = false;
    }
  }

  async function ask() {
    try {
      const is = await api.get("door");
      first = !is.set;
      words();
      if (is.wait_s > 0) wait(is.wait_s);
    } catch {
      say.textContent = w.page.silent;
    }
  }

  const beside = el("div");
  const tongues = el("div", { className: "row tongues", role: "group", "aria-label": w.door.language }, ...Object.entries(LANGUAGES).map(([code, name]) =>
    el("button", { type: "button", lang: code, dir: code === "ar" ? "rtl" : "ltr", "aria-pressed": name === w.name, onclick: () => onLanguage(code) }, name)));
  main.append(tongues, el("div", { className: "door" }, el("div", {}, title, text, field, keys, say), beside));
  say.textContent = message;
  words();
  ask();
  field.focus();
  const stop = state(beside);
  return () => {
    stop();
    clearInterval(waiting);
  };
}
