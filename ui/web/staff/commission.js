// The commissioning: step by step from the camera to a record that is signed
// off. The view of what is warm is blank while somebody is in sight.

import visitors from "../words.en.json" with { type: "json" };
import w from "../staff.en.json" with { type: "json" };
import { choice, el, fill, saying } from "./dom.js";

const EVERY = 600;
const SVG = "http://www.w3.org/2000/svg";
const PLACES = ["camera", "view", "reference", "room", "accept"];
const ROLES = ["owner", "technician", "laboratory"];
const KEYS = "1234567890ABCDEFGHIJKLMNOPQRSTUVWXYZ-/";

export function commission(main, api) {
  const entry = { role: "technician", serial: "", room_c: 22, humidity: 0.45 };
  let at = 0;
  let timer = 0;
  let over = false;
  let onSight = () => {};
  const title = el("h2", { tabIndex: -1 });
  const body = el("div");
  const back = el("button", { type: "button", onclick: () => go(at - 1) }, w.commission.back);
  const next = el("button", { type: "button", className: "go", id: "next", onclick: () => go(at + 1) }, w.commission.next);
  main.append(title, body, el("div", { className: "row" }, back, next));

  function go(to) {
    at = to;
    title.textContent = fill(w.commission.step, { n: at + 1, of: PLACES.length, what: w.commission[PLACES[at]] });
    back.hidden = at === 0;
    next.hidden = at === PLACES.length - 1;
    onSight = () => {};
    body.replaceChildren(el("p", {}, w.commission[`${PLACES[at]}_text`]));
    STEPS[PLACES[at]](body);
    title.focus();
  }

  const STEPS = {
    camera(place) {
      const list = el("dl");
      place.append(list);
      onSight = (s) =>
        rows(list, [
          [w.commission.model, s.camera || w.health.unknown],
          [w.commission.image, fill(w.commission.image_is, s)],
          [w.commission.mounting, fill(s.mirror ? w.commission.mounting_mirrored : w.commission.mounting_is, s)],
          [w.now.state, visitors.states[s.state]?.title ?? w.page.loading],
          [w.commission.record, s.signed ? fill(w.commission.record_is, s.signed) : w.commission.record_none],
          ...(s.newer ? [[w.commission.newer, w.commission.newer_text]] : []),
        ]);
    },
    view(place) {
      const heat = heatView();
      place.append(heat.element);
      onSight = heat.show;
    },
    reference(place) {
      const list = el("dl");
      place.append(list, el("p", {}, w.commission.serial_text), keys(entry));
      onSight = (s) =>
        rows(list, [
          [w.commission.temperature, `${s.reference_c.toFixed(2)} °C`],
          [w.commission.expanded, `${s.expanded_k.toFixed(2)} K`],
          ...(s.r > 0
            ? [[w.commission.seen, fill(w.commission.seen_at, { x: s.x.toFixed(0), y: s.y.toFixed(0), r: s.r.toFixed(1) })], [w.health.offset, `${s.offset_k.toFixed(2)} K`]]
            : [[w.commission.seen, fault(s.fault)]]),
        ]);
    },
    room(place) {
      place.append(
        el("div", { className: "steppers" },
          stepper(w.commission.room_c, () => `${entry.room_c.toFixed(1)} °C`, (n) => (entry.room_c = clamp(entry.room_c + n * 0.5, 5, 45))),
          stepper(w.commission.humidity, () => `${Math.round(entry.humidity * 100)} %`, (n) => (entry.humidity = clamp(entry.humidity + n * 0.05, 0.05, 1)))),
      );
    },
    accept(place) {
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
            const list = el("dl");
            rows(list, report(signed));
            result.replaceChildren(el("h3", {}, w.commission.report), list, el("p", {}, w.commission.newer_text), el("p", { className: "soft" }, w.commission.laboratory_text));
          } catch (error) {
            say.textContent = w.commission[error.reason] ?? w.page[error.reason] ?? w.page.failed;
          }
          sign.disabled = false;
        },
      }, w.commission.sign);
      place.append(
        choice(w.commission.role, ROLES.map((role) => [role, w.commission[role]]), entry.role, (role) => (entry.role = role)),
        sign, say, result,
      );
    },
  };

  const ask = async () => {
    try {
      onSight(await api.get("sight"));
      if (!over) timer = setTimeout(ask, EVERY);
    } catch (error) {
      if (error.reason === "none") main.replaceChildren(el("h2", {}, w.tabs.commission), el("p", {}, w.page.missing));
      else if (!over) timer = setTimeout(ask, 5 * EVERY);
    }
  };
  go(0);
  ask();
  return () => {
    over = true;
    clearTimeout(timer);
  };
}

const clamp = (v, low, high) => Math.min(high, Math.max(low, Math.round(v * 100) / 100));
const fault = (name) => {
  const say = Object.hasOwn(visitors.faults, name) ? visitors.faults[name] : null;
  return say ? `${say.text} ${say.staff}` : w.commission.not_seen;
};
const rows = (list, pairs) => {
  const text = JSON.stringify(pairs);
  if (list.dataset.shown === text) return;
  list.dataset.shown = text;
  list.replaceChildren(...pairs.flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, value)]));
};

const report = (s) => [
  [w.commission.seen, fill(w.commission.seen_at, { x: s.x.toFixed(1), y: s.y.toFixed(1), r: s.r.toFixed(1) })],
  [w.health.offset, fill(w.commission.within, { offset: s.offset_k.toFixed(2), band: s.band_k.toFixed(2) })],
  [w.commission.serial, s.serial || w.health.unknown],
  [w.commission.room, `${s.room_c.toFixed(1)} °C, ${Math.round(s.humidity * 100)} %`],
  [w.commission.role, fill(w.commission.signed_by, { role: w.commission[s.role], date: s.date })],
  [w.commission.seal, s.seal],
];

function stepper(label, text, add) {
  const output = el("output", {}, text());
  const step = (n, mark, say) =>
    el("button", { type: "button", "aria-label": fill(say, { what: label }), onclick: () => { add(n); output.textContent = text(); } }, mark);
  return el("div", { className: "stepper" }, label, step(1, "+", w.settings.more), output, step(-1, "−", w.settings.less));
}

// keys is the field for the serial number and the keys for it.
function keys(entry) {
  const field = el("input", { id: "serial", autocomplete: "off", maxLength: 40, "aria-label": w.commission.serial, value: entry.serial, oninput: () => (entry.serial = field.value) });
  const put = (text) => {
    field.value = text.slice(0, 40);
    entry.serial = field.value;
  };
  return el(
    "div", {},
    el("div", { className: "row" }, field, el("button", { type: "button", onclick: () => put(field.value.slice(0, -1)) }, w.door.erase)),
    el("div", { className: "keys", role: "group", "aria-label": w.commission.serial }, ...[...KEYS].map((key) => el("button", { type: "button", onclick: () => put(field.value + key) }, key))),
  );
}

// heatView shows what is warm, with the reference and the outline of a head.
function heatView() {
  const canvas = el("canvas", { width: 1, height: 1, role: "img", "aria-label": w.commission.view });
  const over = document.createElementNS(SVG, "svg");
  const shape = (name) => over.appendChild(document.createElementNS(SVG, name));
  const head = shape("ellipse");
  const disc = shape("circle");
  over.setAttribute("aria-hidden", "true");
  disc.setAttribute("class", "disc");
  const note = el("p", { role: "status" });
  const show = (s) => {
    const { blank, width, height, levels } = s.heat;
    over.setAttribute("viewBox", `0 0 ${s.width} ${s.height}`);
    const rx = 0.18 * Math.min(s.width, s.height);
    for (const [name, value] of Object.entries({ cx: s.width / 2, cy: 0.42 * s.height, rx, ry: 1.32 * rx })) head.setAttribute(name, value);
    for (const [name, value] of Object.entries({ cx: s.x, cy: s.y, r: s.r })) disc.setAttribute(name, value);
    note.textContent = blank ? w.commission.blank : s.r > 0 ? w.commission.disc_seen : fault(s.fault);
    if (canvas.width !== width) canvas.width = width;
    if (canvas.height !== height) canvas.height = height;
    canvas.parentElement.style.aspectRatio = `${s.width} / ${s.height}`;
    const pen = canvas.getContext("2d");
    pen.clearRect(0, 0, width, height);
    if (blank || levels.length !== width * height) return;
    const image = pen.createImageData(width, height);
    for (let i = 0; i < levels.length; i++) {
      const level = parseInt(levels[i], 16) / 15;
      image.data.set([255 * Math.min(1, 1.6 * level), 255 * Math.max(0, 1.6 * level - 0.6), 255 * (0.25 + 0.3 * Math.sin(Math.PI * level)), 255], 4 * i);
    }
    pen.putImageData(image, 0, 0);
  };
  return { element: el("div", {}, note, el("div", { className: "heat" }, canvas, over)), show };
}
