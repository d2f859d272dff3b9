// How the reference and the camera were over the last day.

import { words as w } from "./words.js";
import { chart, line } from "./chart.js";
import { el, fill, saying, table } from "./dom.js";
import { faultLines } from "./now.js";

const EVERY = 20_000;
const kelvin = (v, sign = false) => (v === null || v === undefined ? w.health.unknown : `${sign && v > 0 ? "+" : ""}${v.toFixed(2)} K`);

export function health(main, api) {
  const body = el("div", {}, el("p", {}, w.page.loading));
  const said = saying();
  const anew = async () => {
    try {
      await api.post("confirm");
      said.textContent = w.health.anew_done;
    } catch (error) {
      said.textContent = error.reason === "none" ? w.page.missing : w.page.failed;
    }
  };
  let plots = [];
  let timer = 0;
  let over = false;
  main.append(el("h2", {}, w.health.title), el("p", { className: "soft" }, w.health.text), body,
    el("h3", {}, w.health.anew), el("p", { className: "soft" }, w.health.anew_text),
    el("div", { className: "row" }, el("button", { type: "button", id: "anew", onclick: anew }, w.health.anew_go)), said);

  const figure = (label, text, note) => el("div", { className: "figure" }, el("b", {}, text), label, note ? el("div", { className: "soft" }, note) : null);
  // What was entered on the page Commission stands here, so that nothing has
  // changed behind the owner's back.
  const own = (settings) => settings.length === 0 ? [] : [
    el("h3", {}, w.health.settings), el("p", { className: "soft" }, w.health.settings_text),
    table(w.health.settings, [w.health.setting, w.health.value, w.health.owner], settings.map((s) => [s.key, s.value || "–", s.owner || "–"])),
    el("div", { className: "row" }, el("button", { type: "button", id: "reset", onclick: reset }, w.health.reset)),
  ];
  const reset = async () => {
    try {
      await api.post("adjust", { reset: true });
      said.textContent = w.health.reset_done;
      show(await api.get("health"));
    } catch {
      said.textContent = w.page.failed;
    }
  };
  function show({ points, budget, settings }) {
    plots.forEach((plot) => plot.destroy());
    plots = [];
    if (points.length === 0) {
      body.replaceChildren(el("p", {}, w.health.empty), ...own(settings));
      return;
    }
    const last = points.at(-1);
    const before = points.findLast((p) => p.minutes_ago >= last.minutes_ago + 60 && p.offset_k !== null);
    const drift = before && last.offset_k !== null ? last.offset_k - before.offset_k : null;
    const places = [el("div"), el("div")];
    body.replaceChildren(
      el(
        "div", { className: "figures" },
        figure(w.health.offset, kelvin(last.offset_k, true), w.health.offset_text),
        figure(w.health.drift, kelvin(drift, true)),
        figure(w.health.uncertainty, kelvin(last.uncertainty_k), w.health.uncertainty_text),
        figure(w.health.room, last.room_c === null ? w.health.unknown : `${last.room_c.toFixed(1)} °C`),
      ),
      el("h3", {}, w.health.offset), places[0],
      el("h3", {}, w.health.uncertainty), places[1],
      ...(budget.length === 0 ? [] : [
        el("p", { className: "soft" }, w.health.budget_text),
        table(w.health.budget, [w.health.term, w.health.part], budget.map((t) => [w.term[t.name] ?? t.name, `${t.u_k.toFixed(3)} K`])),
      ]),
      el("h3", {}, w.health.faults), ...faults(points), ...own(settings),
    );
    const hours = points.map((p) => -p.minutes_ago / 60);
    plots.push(chart(places[0], `${w.health.offset}, ${w.health.chart}`, line(`${w.health.offset} (K), ${w.health.hours}`, hours, points.map((p) => p.offset_k), 2)));
    plots.push(chart(places[1], `${w.health.uncertainty}, ${w.health.chart}`, line(`${w.health.uncertainty} (K), ${w.health.hours}`, hours, points.map((p) => p.uncertainty_k), 2)));
  }

  const ask = async () => {
    try {
      show(await api.get("health"));
    } catch (error) {
      body.replaceChildren(el("p", {}, error.reason === "none" ? w.page.missing : w.page.failed));
    }
    if (!over) timer = setTimeout(ask, EVERY);
  };
  ask();
  return () => {
    over = true;
    clearTimeout(timer);
    plots.forEach((plot) => plot.destroy());
  };
}

// faults says each fault of the day once, with how long and when.
function faults(points) {
  const found = new Map();
  for (const p of points) {
    if (p.fault === "") continue;
    const f = found.get(p.fault) ?? { n: 0 };
    found.set(p.fault, { n: f.n + 1, last: p.minutes_ago });
  }
  if (found.size === 0) return [el("p", {}, w.health.none)];
  return [...found].map(([name, f]) =>
    el("p", {}, `${faultLines([name])[0]} ${fill(w.health.minutes, f)}, ${fill(w.health.when, { n: f.last })}.`),
  );
}
