// How the kiosk is now, in words, and the buttons for second checks.

import { visitors, words as w } from "./words.js";
import { describe } from "../describe.js";
import { el, fill, saying } from "./dom.js";

const EVERY = 2000;
const ANSWER_WITHIN = 1500;
// How long a second check can be taken back, in seconds.
const UNDO = 5;

// faultLines says each fault in plain words, what to do, and its name.
export function faultLines(faults) {
  if (faults.length === 0) return [w.now.none];
  return faults.map((name) => {
    const say = Object.hasOwn(visitors.faults, name) ? visitors.faults[name] : visitors.faults.unknown;
    return `${say.text} ${w.now.do}: ${say.staff} (${name})`;
  });
}

// state shows the state and the faults, and goes on doing so until stopped.
export function state(main, onHealth = () => {}) {
  let timer = 0;
  let over = false;
  const now = el("dd");
  const faults = el("dd");
  const put = (element, lines) => {
    if (element.innerText === lines.join("\n")) return;
    element.replaceChildren(...lines.map((line) => el("div", {}, line)));
  };
  main.append(
    el("div", { role: "status" }, el("dl", {}, el("dt", {}, w.now.state), now, el("dt", {}, w.now.faults), faults)),
    el("p", { className: "soft" }, w.now.about),
  );
  const ask = async () => {
    try {
      const response = await fetch("/healthz", { signal: AbortSignal.timeout(ANSWER_WITHIN) });
      const health = await response.json();
      const say = describe(health, visitors);
      put(now, [`${say.title}. ${say.text}`]);
      put(faults, faultLines(health.faults));
      onHealth(health);
    } catch {
      put(now, [w.page.silent]);
      put(faults, []);
    }
    if (!over) timer = setTimeout(ask, EVERY);
  };
  ask();
  return () => {
    over = true;
    clearTimeout(timer);
  };
}

// check makes the buttons for second checks. What was pressed is counted a few
// seconds later, so that a slip can be taken back.
function check(api) {
  const say = saying();
  let pending = null;
  const send = async () => {
    clearInterval(pending.timer);
    const { outcome } = pending;
    pending = null;
    undo.hidden = true;
    try {
      await api.post("check", { outcome });
      say.textContent = fill(w.check.done, { what: w.check[outcome] });
    } catch (error) {
      say.textContent = error.reason === "none" ? w.page.missing : w.page.failed;
    }
  };
  const press = async (outcome) => {
    if (pending) await send();
    pending = { outcome, left: UNDO };
    const tell = () => (say.textContent = fill(w.check.noted, { what: w.check[outcome], seconds: pending.left }));
    pending.timer = setInterval(() => {
      pending.left -= 1;
      if (pending.left <= 0) send();
      else tell();
    }, 1000);
    undo.hidden = false;
    tell();
  };
  const undo = el("button", {
    type: "button", hidden: true,
    onclick: () => {
      clearInterval(pending.timer);
      pending = null;
      undo.hidden = true;
      say.textContent = w.check.undone;
    },
  }, w.check.undo);
  const button = (outcome) => el("button", { type: "button", id: `check_${outcome}`, onclick: () => press(outcome) }, w.check[outcome]);
  const section = el(
    "section", {},
    el("h2", {}, w.check.title),
    el("p", { className: "soft" }, w.check.text),
    el("div", { className: "row" }, button("cleared"), button("confirmed"), button("not_done"), undo),
    say,
  );
  return { section, stop: () => pending && send() };
}

export function now(main, api) {
  const refused = el("dl");
  const checks = check(api);
  main.append(el("h2", {}, w.tabs.now));
  const stop = state(main, (health) => {
    const lines = Object.entries(health.refused ?? {}).flatMap(([name, n]) => [el("dt", {}, w.refused[name] ?? name), el("dd", {}, String(n))]);
    refused.replaceChildren(...lines);
  });
  main.append(checks.section, el("h2", {}, w.now.refused), el("p", { className: "soft" }, w.now.refused_text), refused);
  return () => {
    checks.stop();
    stop();
  };
}
