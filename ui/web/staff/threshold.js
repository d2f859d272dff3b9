// What each threshold is worth, and what it costs. The page shows; the
// configuration decides.

import { words as w } from "./words.js";
import { choice, el, fill, table } from "./dom.js";

const SHARES = [0.001, 0.005, 0.01, 0.05, 0.1];
const of100 = (share) => (share * 100).toFixed(share > 0 && share < 0.1 ? 1 : 0);
const percent = (share) => `${+(share * 100).toFixed(1)} %`;

export function threshold(main, api) {
  const body = el("div", {}, el("p", {}, w.page.loading));
  main.append(el("h2", {}, w.threshold.title), el("p", { className: "soft" }, w.threshold.text), body);
  api
    .get("operating")
    .then((report) => show(body, report))
    .catch((error) => body.replaceChildren(el("p", {}, error.reason === "none" ? w.page.missing : w.page.failed)));
}

function show(body, report) {
  let site = report.sites.find((s) => s.site === report.site) ?? report.sites[0];
  let at = site.set ?? site.default;
  let prevalence = report.prevalence;
  const figures = el("div", { className: "figures", role: "status" });
  const advice = el("p");
  const list = el("div");
  const slider = el("input", {
    type: "range", min: 0, "aria-label": w.threshold.move,
    oninput: () => {
      at = Number(slider.value);
      draw();
    },
  });
  const value = el("b", { id: "threshold_value" });

  const figure = (label, number, note, id) => el("div", { className: "figure" }, el("b", { id }, number), label, note ? el("div", { className: "soft" }, note) : null);
  const range = ({ low, high }, turn = (v) => v) => fill(w.threshold.range, { low: of100(Math.min(turn(low), turn(high))), high: of100(Math.max(turn(low), turn(high))) });

  function draw() {
    const row = site.rows[at];
    const { sensitivity, specificity } = row.fevers[0];
    const febrile = prevalence * sensitivity.value;
    const healthy = (1 - prevalence) * (1 - specificity.value);
    value.textContent = `${row.score_c.toFixed(2)} °C`;
    slider.setAttribute("aria-valuetext", value.textContent);
    figures.replaceChildren(
      figure(w.threshold.caught, of100(sensitivity.value), range(sensitivity), "caught"),
      figure(w.threshold.missed, of100(1 - sensitivity.value), "", "missed"),
      figure(w.threshold.price, of100(1 - specificity.value), range(specificity, (v) => 1 - v), "price"),
      figure(w.threshold.worth, febrile + healthy > 0 ? of100(febrile / (febrile + healthy)) : "–", "", "worth"),
    );
    const set = report.sites.find((s) => s.site === report.site)?.set;
    if (site.site !== report.site) advice.textContent = fill(w.threshold.other_site, { site: site.site, choose: row.choose });
    else if (set === null || set === undefined) advice.textContent = w.threshold.unknown;
    else if (set === at) advice.textContent = w.threshold.present;
    else advice.textContent = fill(w.threshold.other, { set: `${site.rows[set].score_c.toFixed(2)} °C`, choose: row.choose });
  }

  function choose(name) {
    site = report.sites.find((s) => s.site === name);
    at = site.set ?? site.default;
    slider.max = site.rows.length - 1;
    slider.value = at;
    list.replaceChildren(table(
      w.threshold.table,
      [w.threshold.score, w.threshold.sensitivity, w.threshold.specificity, w.threshold.price],
      site.rows.map((row) => {
        const f = row.fevers[0];
        return [`${row.score_c.toFixed(2)} °C`, percent(f.sensitivity.value), percent(f.specificity.value), f.referred_of_100_healthy.toFixed(1)];
      }),
      site.set ?? -1,
    ));
    draw();
  }

  body.replaceChildren(
    el("h3", {}, w.threshold.site),
    choice(w.threshold.site, report.sites.map((s) => [s.site, w.threshold[s.site]]), site.site, choose),
    el("h3", {}, w.threshold.move, " ", value),
    slider,
    figures,
    advice,
    el("h3", {}, w.threshold.share),
    choice(w.threshold.share, [...new Set([...SHARES, prevalence])].sort((a, b) => a - b).map((s) => [s, percent(s)]), prevalence, (share) => {
      prevalence = share;
      draw();
    }),
    el("h3", {}, w.threshold.table),
    list,
  );
  choose(site.site);
}
