// The kiosk page: it shows what the kiosk says and decides nothing.

import { describe } from "./describe.js";
import { Glass, outline } from "./draw.js";
import { follow } from "./feed.js";
import { fit } from "./fit.js";
import { ask, Languages } from "./languages.js";
import { Mirror } from "./mirror.js";
import { Sound } from "./sound.js";

const find = (id) => document.getElementById(id);
const body = document.body;
const title = find("title");
const overlay = find("overlay");
const dead = find("dead");
const shape = { head: find("head"), ring: find("ring"), shoulders: find("shoulders") };

const settings = await ask("/settings");
const sound = settings.sound ? new Sound() : null;
const languages = new Languages(settings.languages, settings.cycle_s, speak);

// put writes text only where it changed, so that a screen reader does not say
// it again.
function put(element, text) {
  if (element.textContent === text) return false;
  element.textContent = text;
  element.hidden = text === "";
  return true;
}

let present = { state: "starting" };

function show(view) {
  present = view;
  const words = languages.words;
  const say = describe(view, words);
  const moved = body.dataset.scene !== say.scene;
  body.dataset.scene = say.scene;
  body.dataset.guidance = say.guidance;
  body.dataset.reason = say.reason;
  body.dataset.state = say.state;
  find("sign").setAttribute("href", `#${say.sign}`);
  find("todo").setAttribute("href", say.todo && `#${say.todo}`);
  body.dataset.todo = say.todo;
  // One character longer or shorter moves the title, so all is written first.
  const changes = [
    put(title, say.title),
    put(find("text"), say.text),
    put(find("reading"), say.reading),
    put(find("staff"), say.staff && `${words.notes.for_staff} ${say.staff}`),
    put(find("code"), say.code && `${words.notes.code} ${say.code}`),
    put(find("badge"), say.badge),
  ];
  shape.ring.setAttribute("stroke-dashoffset", 100 - 100 * say.progress);
  if (moved || changes.includes(true)) fit(title);
  sound?.state(say.state);
  languages.idle(say.state === "ready" || say.scene === "notice");
}

function lost() {
  show({ state: "out_of_service", reason: "connection_lost", source: present.source, voluntary: present.voluntary });
}

// speak shows everything in another language.
function speak(words) {
  document.documentElement.lang = words.lang;
  document.documentElement.dir = words.dir;
  document.title = words.notes.page;
  body.dataset.language = languages.shown;
  put(find("privacy"), words.notes.privacy);
  find("door").textContent = words.notes.door;
  find("door").href = `/staff#${languages.shown}`;
  find("languages").setAttribute("aria-label", words.notes.languages);
  for (const button of find("languages").children) button.setAttribute("aria-pressed", button.lang === words.lang);
  show(present);
  fit(title);
}

// offer makes the choice of languages, for a screen that can be touched.
function offer(all) {
  if (!settings.touch || all.length < 2) return;
  find("languages").replaceChildren(
    ...all.map(({ code, words }) => {
      const button = Object.assign(document.createElement("button"), { type: "button", lang: words.lang, dir: words.dir, textContent: words.name });
      button.setAttribute("aria-pressed", code === languages.shown);
      button.addEventListener("click", () => languages.choose(code));
      return button;
    }),
  );
  find("languages").hidden = false;
}

outline(shape, 120, 160);
overlay.addEventListener("resized", ({ detail }) => outline(shape, detail.width, detail.height));
addEventListener("pointerdown", () => languages.touched());
await languages.start();
find("door").hidden = !settings.touch;
new ResizeObserver(() => fit(title)).observe(body);
document.fonts.addEventListener("loadingdone", () => fit(title));

const glass = new Glass(find("glass"), overlay, find("faces"));
const mirror = new Mirror({
  onFrame(frame) {
    body.dataset.mirror = "live";
    glass.draw(frame);
  },
  onOff() {
    body.dataset.mirror = "off";
    glass.clear();
  },
});
languages.rest(offer);
// Now the page has words of its own for a program that is gone.
const alive = (shows) => (view) => {
  shows(view);
  dead.remove();
};
follow({ onView: alive(show), onConnect: () => mirror.connect(), onSilent: alive(lost) });
