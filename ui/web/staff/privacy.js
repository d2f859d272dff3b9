// What this machine keeps, whether it is in order, and text for a
// data-protection assessment on a page of its own.

import { words as w } from "./words.js";
import { el, fill } from "./dom.js";

export function privacy(main, api) {
  const lines = el("div", { role: "status" }, w.page.loading);
  const policy = el("div");
  const p = (text) => el("p", {}, text);
  main.append(
    el("h2", {}, w.privacy.title),
    el("h3", {}, w.privacy.keeps),
    ...["keeps_not", "keeps_counts", "keeps_pin", "keeps_record"].map((key) => p(w.privacy[key])),
    el("h3", {}, w.privacy.selftest), lines,
    el("h3", {}, w.privacy.policy), p(w.privacy.policy_text), policy,
    el("h3", {}, w.privacy.assess), p(w.privacy.assess_text),
    el("a", { className: "button", href: "/privacy" }, w.privacy.assess_open),
  );
  api
    .get("privacy")
    .then(({ selftest }) =>
      lines.replaceChildren(
        el("dl", {}, ...selftest.flatMap((line) => [
          el("dt", {}, w.selftest[line.check] ?? line.check),
          el("dd", { className: line.ok ? "" : "bad" }, `${line.ok ? w.privacy.ok : w.privacy.bad}: ${line.detail}`),
        ])),
      ),
    )
    .catch((error) => lines.replaceChildren(error.reason === "none" ? w.page.missing : w.page.failed));
  api
    .get("operating")
    .then(({ sites }) =>
      policy.replaceChildren(
        el("dl", {}, ...sites.flatMap((s) => [
          el("dt", {}, w.threshold[s.site] ?? s.site),
          el("dd", {}, fill(w.privacy.version, { version: s.model_version, hash: s.model_sha256 })),
        ])),
      ),
    )
    .catch(() => policy.replaceChildren(p(w.page.missing)));
}
