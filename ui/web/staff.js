// The staff page: what the kiosk is, and how it is now.

import words from "./words.en.json" with { type: "json" };
import { describe } from "./describe.js";

const EVERY = 2000;
const ANSWER_WITHIN = 1500;
const find = (id) => document.getElementById(id);
const put = (id, text) => {
  if (find(id).textContent !== text) find(id).textContent = text;
};

// faultLines says each fault in plain words, what to do, and its name.
function faultLines(faults) {
  if (faults.length === 0) return [words.staff.no_faults];
  return faults.map((name) => {
    const say = Object.hasOwn(words.faults, name) ? words.faults[name] : words.faults.unknown;
    return `${say.text} ${words.staff.do}: ${say.staff} (${name})`;
  });
}

function show(health) {
  const say = describe(health, words);
  put("state", `${say.title}. ${say.text}`);
  const lines = faultLines(health.faults);
  const shown = find("faults");
  if (shown.innerText === lines.join("\n")) return;
  shown.replaceChildren(...lines.map((line) => Object.assign(document.createElement("div"), { textContent: line })));
}

async function ask() {
  try {
    const response = await fetch("/healthz", { signal: AbortSignal.timeout(ANSWER_WITHIN) });
    show(await response.json());
  } catch {
    put("state", words.staff.silent);
    find("faults").replaceChildren();
  }
  setTimeout(ask, EVERY);
}

document.documentElement.lang = words.lang;
document.documentElement.dir = words.dir;
document.title = words.staff.page;
put("page", words.staff.page);
put("about", words.staff.about);
put("privacy", words.staff.privacy);
put("now", words.staff.now);
put("state_label", words.staff.state);
put("faults_label", words.staff.faults);
ask();
