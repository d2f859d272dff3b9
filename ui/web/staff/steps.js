// The steps of the commissioning, in order. Each fills its place and returns
// what takes the camera's sight as it comes.

import { choice, el, fill, rows, saying, stepper } from "./dom.js";
import { form } from "./form.js";
import { fault, heatView } from "./heat.js";
import { visitors, words as w } from "./words.js";

const TURNS = [0, 90, 180, 270];
const ROLES = ["owner", "technician", "laboratory"];
const clamp = (v, low, high) => Math.min(high, Math.max(low, Math.round(v * 100) / 100));
const why = (error) => w.commission[error.reason] ?? w.page[error.reason] ?? w.page.failed;

export const STEPS = { camera, mounting, reference, certificate, view, room, lamps, accept };

function camera(place) {
  const list = el("dl");
  place.append(list);
  return (s) =>
    rows(list, [
      [w.commission.model, s.camera || w.health.unknown],
      [w.commission.image, s.width > 0 ? fill(w.commission.image_is, s) : w.health.unknown],
      [w.now.state, visitors.states[s.state]?.title ?? w.page.loading],
      [w.commission.record, s.signed ? fill(w.commission.record_is, { ...s.signed, role: w.commission[s.signed.role] ?? s.signed.role }) : w.commission.record_none],
      ...(s.newer ? [[w.commission.newer, w.commission.newer_text]] : []),
    ]);
}

// mounting turns the picture at once, as a trial, and keeps it when told so.
function mounting(place, { api, last }) {
  const heat = heatView();
  const say = saying();
  let s = last;
  let rotate = s?.rotate ?? 0;
  let mirror = s?.mirror ?? false;
  const changed = () => s !== null && (rotate !== s.rotate || mirror !== s.mirror);
  const draw = () => {
    keep.disabled = !changed();
    if (s) heat.show(s, { turn: (rotate - s.rotate + 360) % 360, flip: mirror !== s.mirror });
  };
  const keep = el("button", {
    type: "button", className: "go", id: "keep_mounting",
    onclick: async () => {
      try {
        await api.post("adjust", { rotate, mirror });
        say.textContent = w.commission.kept;
        keep.disabled = true;
      } catch (error) {
        say.textContent = why(error);
      }
    },
  }, w.commission.keep);
  place.append(
    el("div", { className: "beside" }, heat.element, el("div", {},
      el("h3", {}, w.commission.rotate),
      choice(w.commission.rotate, TURNS.map((t) => [t, `${t}°`]), rotate, (t) => { rotate = t; draw(); }),
      el("h3", {}, w.commission.mirror),
      choice(w.commission.mirror, [[false, w.commission.no], [true, w.commission.yes]], mirror, (m) => { mirror = m; draw(); }),
      keep, say)),
  );
  return (sight) => {
    s = sight;
    draw();
  };
}

function reference(place) {
  const heat = heatView();
  const list = el("dl");
  place.append(el("div", { className: "beside" }, heat.element, list));
  return (s) => {
    heat.show(s);
    rows(list, s.r > 0
      ? [[w.commission.seen, fill(w.commission.seen_at, { x: s.x.toFixed(0), y: s.y.toFixed(0), r: s.r.toFixed(1) })], [w.health.offset, `${s.offset_k.toFixed(2)} K`]]
      : [[w.commission.seen, fault(s.fault)]]);
  };
}

function certificate(place, { api, last }) {
  const say = saying();
  const fields = form([
    ["temperature", w.commission.temperature],
    ["uncertainty", w.commission.expanded],
    ["emissivity", w.commission.emissivity],
    ["serial", w.commission.serial],
    ["expires", w.commission.expires],
  ]);
  let set = null;
  const fromSight = (s) => ({
    temperature: s.reference_c ? s.reference_c.toFixed(2) : "", uncertainty: s.expanded_k ? String(s.expanded_k) : "",
    emissivity: s.emissivity ? String(s.emissivity) : "", serial: s.serial, expires: s.expires,
  });
  const keep = el("button", {
    type: "button", className: "go", id: "keep_certificate",
    onclick: async () => {
      const entered = Object.fromEntries(Object.entries(fields.values()).filter(([name, value]) => value !== set[name]));
      try {
        await api.post("adjust", entered);
        Object.assign(set, entered);
        say.textContent = w.commission.kept;
      } catch (error) {
        say.textContent = why(error);
      }
    },
  }, w.commission.keep);
  const begin = (s) => {
    if (set !== null) return;
    set = fromSight(s);
    fields.fill(set);
  };
  place.append(fields.element, el("div", { className: "row" }, keep), say);
  if (last) begin(last);
  return begin;
}

function view(place) {
  const heat = heatView({ head: true });
  place.append(heat.element);
  return heat.show;
}

function room(place, { entry }) {
  place.append(
    el("div", { className: "steppers" },
      stepper(w.commission.room_c, () => `${entry.room_c.toFixed(1)} °C`, (n) => (entry.room_c = clamp(entry.room_c + n * 0.5, 5, 45))),
      stepper(w.commission.humidity, () => `${Math.round(entry.humidity * 100)} %`, (n) => (entry.humidity = clamp(entry.humidity + n * 0.05, 0.05, 1)))),
  );
}

// lamps lights one after the other and asks what was seen.
function lamps(place, { api, found }) {
  const list = el("div");
  const say = saying();
  place.append(list, say);
  const line = (lamp) => {
    const name = w.lamp[lamp.name] ?? lamp.name;
    const answer = choice(fill(w.commission.lamp_right, { what: name }), [[true, w.commission.yes], [false, w.commission.no]], lamp.right, (right) => (lamp.right = right));
    const light = async () => {
      try {
        await api.post("lamps", { lamp: lamp.name });
        say.textContent = fill(w.commission.lamp_lit, { what: name });
        answer.hidden = false;
      } catch (error) {
        say.textContent = why(error);
      }
    };
    answer.hidden = lamp.right === undefined;
    return el("div", { className: "row lamp" },
      el("button", { type: "button", id: `try_${lamp.name}`, onclick: light }, fill(w.commission.lamp_try, { what: name })),
      el("span", {}, fill(w.commission.lamp_right, { what: name })), answer);
  };
  api.get("lamps").then(({ lamps: names }) => {
    if (found.lamps.length === 0) found.lamps = names.map((name) => ({ name }));
    list.replaceChildren(...(names.length === 0 ? [el("p", {}, w.commission.lamps_none)] : found.lamps.map(line)));
  }).catch((error) => (say.textContent = why(error)));
}

function accept(place, { api, entry, found }) {
  const say = saying();
  const result = el("div");
  const sign = el("button", {
    type: "button", className: "go", id: "sign",
    onclick: async () => {
      sign.disabled = true;
      say.textContent = w.commission.watching;
      try {
        const signed = await api.post("accept", entry);
        say.textContent = w.commission.signed;
        result.replaceChildren(...report(signed, found));
      } catch (error) {
        say.textContent = why(error);
      }
      sign.disabled = false;
    },
  }, w.commission.sign);
  place.append(
    choice(w.commission.role, ROLES.map((role) => [role, w.commission[role]]), entry.role, (role) => (entry.role = role)),
    sign, say, result,
  );
}

// report says what was accepted, what was asked of it, and how the lamps are.
function report(s, { lamps: tried }) {
  const list = el("dl");
  rows(list, [
    [w.commission.seen, fill(w.commission.seen_at, { x: s.x.toFixed(1), y: s.y.toFixed(1), r: s.r.toFixed(1) })],
    [w.health.offset, fill(w.commission.within, { offset: s.offset_k.toFixed(2), band: s.band_k.toFixed(2) })],
    [w.commission.serial, s.serial || w.health.unknown],
    [w.commission.room, `${s.room_c.toFixed(1)} °C, ${Math.round(s.humidity * 100)} %`],
    [w.commission.role, fill(w.commission.signed_by, { role: w.commission[s.role], date: s.date })],
    [w.commission.seal, s.seal],
  ]);
  const mark = (right) => (right === undefined ? w.commission.not_tried : right ? w.privacy.ok : w.privacy.bad);
  const lines = (s.criteria ?? []).map((c) => {
    const limit = fill(c.least ? w.commission.at_least : w.commission.at_most, { limit: `${+c.limit.toPrecision(3)} ${w.unit[c.unit] ?? c.unit}` });
    return [w.criteria[c.name] ?? c.name, c.pass, `${+c.value.toPrecision(3)} ${w.unit[c.unit] ?? c.unit}, ${limit}`];
  });
  return [
    el("h3", {}, w.commission.report), list,
    el("h3", {}, w.commission.criteria),
    el("dl", {}, ...lines.flatMap(([name, pass, figures]) => [el("dt", {}, name), el("dd", { className: pass ? "" : "bad" }, `${mark(pass)}: ${figures}`)])),
    ...(tried.length === 0 ? [] : [
      el("h3", {}, w.commission.lamps),
      el("dl", {}, ...tried.flatMap((l) => [el("dt", {}, w.lamp[l.name] ?? l.name), el("dd", { className: l.right === false ? "bad" : "" }, mark(l.right))])),
    ]),
    el("p", {}, w.commission.newer_text), el("p", { className: "soft" }, w.commission.laboratory_text),
  ];
}
