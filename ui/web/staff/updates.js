// The image that runs, and updates on a medium.

import { words as w } from "./words.js";
import { el, fill, saying, table } from "./dom.js";
import { digits, pad } from "./pad.js";

const ASK_EVERY = 1000;

export function updates(main, api) {
  const facts = el("dl");
  const notes = el("div", { role: "status" });
  const list = el("div", { id: "offers" });
  const say = saying();
  const place = el("div");
  const look = el("button", { type: "button", id: "look", onclick: () => ask("look") }, w.updates.look);
  const restart = el("button", { type: "button", className: "go", id: "restart", hidden: true, onclick: () => ask("restart") }, w.updates.restart);
  const parts = el("div");
  const medium = [
    el("h3", {}, w.updates.medium), el("p", { className: "soft" }, w.updates.medium_text),
    el("div", { className: "row" }, look, restart), say, list, place,
  ];
  const image = [
    el("h3", {}, w.updates.parts), el("div", { className: "row" }, el("button", { type: "button", id: "parts", onclick: show }, w.updates.parts_show)), parts,
  ];
  main.append(el("h2", {}, w.updates.title), el("p", { className: "soft" }, w.updates.text), notes, facts, ...medium, ...image);

  async function ask(name, question) {
    try {
      await api.post(name, question);
      say.textContent = name === "restart" ? w.updates.restarting : "";
      shown = "";
      await draw();
    } catch (error) {
      say.textContent = wrong(error);
    }
  }
  const wrong = (error) => {
    if (error.wait > 0) return fill(w.door.wait, { time: `${error.wait} s` });
    return w.updates[error.reason] ?? w.door[error.reason] ?? w.page.failed;
  };

  // An older version needs the PIN once more.
  function older(offer) {
    const field = digits(w.updates.pin, go, "older_pin");
    function go() {
      place.replaceChildren();
      ask("install", { bundle: offer.bundle, older: true, pin: field.value });
    }
    place.replaceChildren(
      el("h3", {}, fill(w.updates.older_title, { version: offer.version })), el("p", { className: "bad" }, w.updates.older_text),
      el("div", { className: "door" }, el("div", {}, field), el("div", {}, pad(() => field, w.door.go, go))),
      el("div", { className: "row" },
        el("button", { type: "button", id: "older_go", onclick: go }, w.updates.older_go),
        el("button", { type: "button", onclick: () => place.replaceChildren() }, w.updates.cancel)),
    );
    field.focus();
  }

  function offered(o, busy) {
    const install = o.refused === ""
      ? el("button", { type: "button", className: "go", disabled: busy, onclick: () => ask("install", { bundle: o.bundle }) }, fill(w.updates.install, { version: o.version }))
      : o.refused === "older" ? el("button", { type: "button", disabled: busy, onclick: () => older(o) }, w.updates.older) : null;
    return el("section", { className: "offer" },
      el("h4", {}, o.version === "" ? o.file : fill(w.updates.offer, { version: o.version, file: o.file })),
      o.refused === "" ? null : el("p", { className: "bad" }, w.refusal[o.refused] ?? w.refusal.unknown),
      o.same ? el("p", { className: "soft" }, w.updates.same) : null,
      o.changes === "" ? null : el("p", { className: "lines" }, o.changes),
      o.signer === "" ? null : el("p", { className: "soft" }, fill(w.updates.signer, { signer: o.signer })),
      el("div", { className: "row" }, install));
  }

  let shown = "";
  async function draw() {
    let s;
    try {
      s = await api.get("updates");
    } catch (error) {
      if (error.reason === "outside") return;
      notes.replaceChildren(el("p", { className: "bad" }, error.reason === "none" ? w.page.missing : w.page.failed));
      return;
    }
    const text = JSON.stringify(s);
    if (text === shown) return;
    shown = text;
    for (const part of [...medium, ...image]) if (part !== restart) part.hidden = !s.image;
    const fact = (name, value, ok = true) => (value === "" ? [] : [el("dt", {}, name), el("dd", { className: ok ? "" : "bad" }, value)]);
    facts.replaceChildren(
      ...fact(w.updates.version, s.version), ...fact(w.updates.board, s.board), ...fact(w.updates.slot, s.slot),
      ...fact(w.updates.root_hash, s.root_hash), ...(s.image ? fact(w.updates.root, s.root, s.root_ok) : []),
      ...(s.image ? fact(w.updates.owner, s.owner === "" ? w.updates.no_owner : fill(w.updates.owner_is, { name: s.owner_name, hash: s.owner }), s.owner !== "") : []),
    );
    notes.replaceChildren(
      ...(s.image ? [] : [el("p", {}, w.updates.no_image)]),
      ...(s.fell_back === "" ? [] : [el("p", { className: "bad" }, fill(w.updates.fell_back, { version: s.fell_back, now: s.version }))]),
      ...(s.state_remade ? [el("p", { className: "bad" }, w.updates.state_remade)] : []),
    );
    const busy = s.phase === "looking" || s.phase === "installing";
    look.disabled = busy;
    restart.hidden = s.phase !== "installed";
    if (s.image) say.textContent = phase(s);
    list.replaceChildren(...s.offers.map((o) => offered(o, busy)));
  }
  function phase(s) {
    if (s.phase === "failed") return `${w.updates.failed} ${w.refusal[s.reason] ?? w.updates[s.reason] ?? w.updates.install_failed}`;
    return fill(w.updates[s.phase] ?? "", { percent: s.percent, version: s.installing });
  }

  async function show() {
    try {
      const { parts: all } = await api.get("parts");
      parts.replaceChildren(all.length === 0 ? el("p", {}, w.updates.parts_none) : table(w.updates.parts, [w.updates.part, w.updates.version], all.map((p) => [p.name, p.version])));
    } catch {
      parts.replaceChildren(el("p", {}, w.page.failed));
    }
  }

  draw();
  const asking = setInterval(draw, ASK_EVERY);
  return () => clearInterval(asking);
}
