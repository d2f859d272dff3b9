// The kiosk page: it shows what the kiosk says and decides nothing.

import words from "./words.en.json" with { type: "json" };
import { describe } from "./describe.js";
import { Glass, outline } from "./draw.js";
import { follow } from "./feed.js";
import { fit } from "./fit.js";
import { Mirror } from "./mirror.js";

const find = (id) => document.getElementById(id);
const body = document.body;
const title = find("title");
const overlay = find("overlay");
const shape = { head: find("head"), ring: find("ring"), shoulders: find("shoulders") };

// put writes text only where it changed, so that a screen reader does not say
// it again.
function put(element, text) {
  if (element.textContent === text) return false;
  element.textContent = text;
  element.hidden = text === "";
  return true;
}

let voluntary = false;
let source = "";

function show(view) {
  voluntary = view.voluntary === true;
  source = view.source ?? "";
  const say = describe(view, words);
  const moved = body.dataset.scene !== say.scene;
  body.dataset.scene = say.scene;
  body.dataset.guidance = say.guidance;
  body.dataset.reason = say.reason;
  body.dataset.state = say.state;
  find("sign").setAttribute("href", `#${say.sign}`);
  // One character longer or shorter moves the title, so all is written first.
  const changes = [
    put(title, say.title),
    put(find("text"), say.text),
    put(find("staff"), say.staff && `${words.notes.for_staff} ${say.staff}`),
    put(find("code"), say.code && `${words.notes.code} ${say.code}`),
    put(find("badge"), say.badge),
  ];
  shape.ring.setAttribute("stroke-dashoffset", 100 - 100 * say.progress);
  if (moved || changes.includes(true)) fit(title);
}

function lost() {
  show({ state: "out_of_service", reason: "connection_lost", source, voluntary });
}

document.documentElement.lang = words.lang;
document.documentElement.dir = words.dir;
document.title = words.notes.page;
put(find("privacy"), words.notes.privacy);
outline(shape, 120, 160);
overlay.addEventListener("resized", ({ detail }) => outline(shape, detail.width, detail.height));
show({ state: "starting" });
new ResizeObserver(() => fit(title)).observe(body);

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
follow({ onView: show, onConnect: () => mirror.connect(), onSilent: lost });
