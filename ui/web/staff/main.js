// The staff pages: the door, and behind it one page after another.

import { Api } from "./api.js";
import { commission } from "./commission.js";
import { counts } from "./counts.js";
import { el } from "./dom.js";
import { door } from "./door.js";
import { first } from "./first.js";
import { health } from "./health.js";
import { now } from "./now.js";
import { privacy } from "./privacy.js";
import { settings } from "./settings.js";
import { take } from "./take.js";
import { threshold } from "./threshold.js";
import { updates } from "./updates.js";
import { LANGUAGES, speak, words as w } from "./words.js";

// Without a touch for this long the visitors' screen comes back.
const BACK_AT_DOOR = 60_000;
const BACK_INSIDE = 150_000;
const STAY_EVERY = 20_000;
const ANSWER_WITHIN = 1500;
const RETRY_AFTER = 5000;

const find = (id) => document.getElementById(id);
const main = find("main");
const PAGES = { now, counts, threshold, health, privacy, commission, take, updates, settings };

let stop = () => {};
let touched = performance.now();
let stayed = performance.now();

const api = new Api(() => atDoor(w.door.ended));

// open shows a page: a function that fills main and returns what stops it.
function open(page, ...rest) {
  stop();
  main.replaceChildren();
  stop = page(main, api, ...rest) ?? (() => {});
}

function atDoor(message = "") {
  find("tabs").hidden = true;
  const inside = (isFirst) => {
    find("tabs").hidden = false;
    if (isFirst) open(first, () => go("commission"));
    else go("now");
  };
  open(door, message, inside, choose);
}

function go(name) {
  for (const tab of find("tabs").children) {
    if (tab.dataset.page === name) tab.setAttribute("aria-current", "page");
    else tab.removeAttribute("aria-current");
  }
  open(PAGES[name]);
  scrollTo(0, 0);
}

// back gives the screen to the visitors, once the program can show them theirs.
async function back() {
  touched = performance.now();
  await api.leave();
  try {
    await fetch("/healthz", { signal: AbortSignal.timeout(ANSWER_WITHIN) });
    location.assign("/");
  } catch {
    atDoor(w.page.silent);
    touched = performance.now() - BACK_AT_DOOR + RETRY_AFTER;
  }
}

function touch() {
  touched = performance.now();
  if (!api.inside || touched - stayed < STAY_EVERY) return;
  stayed = touched;
  api.post("stay").catch(() => {});
}

// label writes what stands around the pages, in the present language.
function label() {
  document.title = w.page.title;
  find("page").textContent = w.page.title;
  find("back").textContent = w.page.back;
  find("tabs").setAttribute("aria-label", w.page.menu);
  for (const tab of find("tabs").children) tab.textContent = w.tabs[tab.dataset.page];
}

async function choose(code) {
  await speak(code);
  label();
  find("dead")?.remove();
  atDoor();
}

find("back").addEventListener("click", (event) => {
  event.preventDefault();
  back();
});
find("tabs").append(
  ...Object.keys(PAGES).map((name) => {
    const tab = el("button", { type: "button", onclick: () => go(name) });
    tab.dataset.page = name;
    return tab;
  }),
);
addEventListener("pointerdown", touch);
addEventListener("keydown", touch);
setInterval(() => {
  if (performance.now() - touched > (api.inside ? BACK_INSIDE : BACK_AT_DOOR)) back();
}, 1000);

// The visitors' page hands its language on.
const wanted = location.hash.slice(1);
await choose(Object.hasOwn(LANGUAGES, wanted) ? wanted : "en");
