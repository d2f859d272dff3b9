// How visits ended, as a chart and as a table, and what a REFER was worth.

import { words as w } from "./words.js";
import { chart, stacked } from "./chart.js";
import { group, parse } from "./csv.js";
import { choice, el, fill, table } from "./dom.js";

const time = (text) => text.replace("T", " ").replace("Z", "");
const percent = (share) => (share === "" ? "" : `${Math.round(Number(share) * 100)} %`);

export function counts(main, api) {
  let drawn = null;
  const shown = el("div");
  const worth = el("div");
  const intro = el("p", { className: "soft" }, w.counts.text);
  main.append(el("h2", {}, w.counts.title), intro, shown, el("h2", {}, w.counts.value), el("p", { className: "soft" }, w.counts.value_text), worth);

  function visits(rows) {
    if (group(rows, "span").length === 0) {
      shown.replaceChildren(el("p", {}, w.counts.empty));
      return;
    }
    const place = el("div");
    const list = el("div");
    const show = (by) => {
      const spans = group(rows, by);
      drawn?.destroy();
      drawn = chart(place, w.counts.chart, stacked(spans, [
        [w.counts.pass, "pass", "#0a4a28"],
        [w.counts.refer, "refer", "#6d9be0"],
        [w.counts.unmeasured, "unmeasured", "#9aa1ab"],
      ]));
      list.replaceChildren(table(
        w.counts.title,
        [w.counts.from, w.counts.to, w.counts.pass, w.counts.refer, w.counts.unmeasured, w.counts.total],
        spans.toReversed().map((s) => [time(s.from), time(s.to), ...[s.pass, s.refer, s.unmeasured, s.total].map(String)]),
      ));
    };
    shown.replaceChildren(
      choice(w.counts.by, [["span", w.counts.span], ["day", w.counts.day], ["week", w.counts.week]], "day", show),
      place, list,
    );
    show("day");
  }

  function checks(rows) {
    if (rows.length === 0) {
      worth.replaceChildren(el("p", {}, w.counts.value_empty));
      return;
    }
    worth.replaceChildren(table(
      w.counts.value,
      [w.counts.from, w.counts.to, w.check.cleared, w.check.confirmed, w.check.not_done, w.counts.confirmed_share, w.counts.interval, w.counts.referred_share],
      rows.toReversed().map((r) => [
        time(r.from), time(r.to), r.cleared, r.confirmed, r.not_done, percent(r.confirmed_share),
        r.low === "" ? "" : fill(w.threshold.range, { low: percent(r.low), high: percent(r.high) }), percent(r.referred_share),
      ]),
    ));
  }

  const missing = (place) => (error) => place.replaceChildren(el("p", {}, error.reason === "none" ? w.page.missing : w.page.failed));
  api.get("counts").then((text) => visits(parse(text))).catch(missing(shown));
  api.get("checks").then((text) => checks(parse(text))).catch(missing(worth));
  return () => drawn?.destroy();
}
