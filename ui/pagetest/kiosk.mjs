// Every state of the kiosk page, the mirror, and a server that dies.

import assert from "node:assert/strict";
import { ask, finish, openPage, scan, shoot, shown, until } from "./browser.mjs";

// Letters must be 18 mm high to be seen at 0.7 degrees from 1.5 m. From 10 inch
// up every title is, and on 7 inch the verdicts are; the other titles of a 7
// inch screen are for a visitor at 1 m. The badge of a source that is no
// camera may take some of it.
function smallest(view, screen) {
  if (view.source) return 0;
  return screen !== "7in" || view.state === "passed" || view.state === "referred" ? 18 : 12;
}

// Screens by their width in mm and their pixels.
const SCREENS = {
  "7in": { width: 1024, height: 600, mm: 154 },
  "10in": { width: 1280, height: 800, mm: 217 },
  "10in-upright": { width: 800, height: 1280, mm: 135 },
  "24in": { width: 1920, height: 1080, mm: 531 },
  "24in-upright": { width: 1080, height: 1920, mm: 299 },
};

const guiding = (guidance) => ({ state: "guiding", guidance });
const VIEWS = [
  { state: "starting" },
  { state: "warming_up" },
  { state: "ready" },
  { state: "ready", voluntary: true },
  guiding("come_closer"),
  guiding("step_back"),
  guiding("one_at_a_time"),
  guiding("face_the_camera"),
  guiding("bare_your_forehead"),
  guiding("hold_still"),
  guiding("come_to_the_middle"),
  guiding("move_aside"),
  guiding("look_up"),
  guiding("glasses_off"),
  { state: "measuring", guidance: "hold_still", progress: 0.4 },
  { state: "passed" },
  { state: "referred" },
  { state: "referred", voluntary: true },
  { state: "unmeasured", reason: "forehead_covered" },
  { state: "unmeasured", reason: "too_cold" },
  { state: "unmeasured", reason: "a_reason_nobody_has_named" },
  { state: "clearing" },
  { state: "out_of_service", reason: "reference_moved" },
  { state: "out_of_service", reason: "a_fault_nobody_has_named" },
  { state: "ready", source: "sim" },
];

const nameOf = (v) =>
  [v.state, v.guidance, v.reason, v.voluntary && "voluntary", v.source].filter(Boolean).join("-");

await finish(async () => {
  const url = await ask("start");
  const { page, close } = await openPage(url);
  await until(page, ["ready"]);
  await everyState(page);
  await liveMirror(page);
  await unknownState(page);
  await stalledKiosk(page);
  await deadServer(page);
  await close();
});

async function everyState(page) {
  const small = [];
  await ask("mirror", "off");
  for (const view of VIEWS) {
    await ask("show", view);
    await page.waitForFunction(
      ([v]) => {
        const d = document.body.dataset;
        return d.state === v.state && d.guidance === (v.guidance ?? "") && d.reason === (v.reason ?? "");
      },
      [view],
    );
    await page.waitForFunction((v) => (document.getElementById("badge").hidden === false) === Boolean(v.source), view);
    await scan(page, nameOf(view));
    for (const [screen, size] of Object.entries(SCREENS)) {
      await page.setViewportSize({ width: size.width, height: size.height });
      await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
      const cap = await measure(page, size, `${nameOf(view)} on ${screen}`);
      console.log(`capital height ${cap.toFixed(1)} mm: ${nameOf(view)} on ${screen}`);
      if (cap < smallest(view, screen)) small.push(`${cap.toFixed(1)} mm: ${nameOf(view)} on ${screen}`);
      await shoot(page, `${nameOf(view)}-${screen}`);
    }
  }
  assert.deepEqual(small, [], "titles that are too small");
}

// measure checks that nothing is cut off and returns the title's capital height
// in mm.
async function measure(page, size, what) {
  const found = await page.evaluate(() => {
    const cut = [];
    for (const element of document.querySelectorAll("body p, body h1, .sign")) {
      const box = element.getBoundingClientRect();
      if (box.width === 0) continue;
      if (box.left < -1 || box.top < -1 || box.right > innerWidth + 1 || box.bottom > innerHeight + 1) cut.push(element.id || element.className);
      if (element.scrollWidth > element.clientWidth + 1) cut.push(`${element.id} is too wide`);
    }
    const say = document.querySelector(".say");
    if (say.scrollHeight > say.clientHeight + 1) cut.push("the words do not fit");
    const pen = document.createElement("canvas").getContext("2d");
    pen.font = getComputedStyle(document.getElementById("title")).font;
    return { cut, cap: pen.measureText("H").actualBoundingBoxAscent };
  });
  assert.deepEqual(found.cut, [], what);
  return (found.cap * size.mm) / size.width;
}

// The camera sees a body in the left half of its image: the visitor's right.
async function liveMirror(page) {
  await page.setViewportSize({ width: 1280, height: 800 });
  await ask("show", guiding("come_closer"));
  await ask("mirror", "left");
  await page.waitForSelector('body[data-mirror="live"]', { timeout: 15_000 });
  await page.waitForFunction(() => {
    const canvas = document.getElementById("glass");
    const inked = (x) => canvas.getContext("2d").getImageData(x, 100, 1, 1).data[3] > 0;
    return canvas.width === 120 && canvas.height === 160 && !inked(20) && inked(90);
  });
  const box = await page.locator("#faces rect").first().boundingBox();
  const glass = await page.locator("#glass").boundingBox();
  assert.ok(box.x > glass.x + glass.width / 2, "the face is on the other side than the camera sees it");
  await ask("mirror", "person");
  await page.waitForTimeout(300);
  for (const view of [guiding("come_closer"), { state: "measuring", guidance: "hold_still", progress: 0.65 }, { state: "ready", source: "recording" }]) {
    await ask("show", view);
    await page.waitForSelector(`body[data-state="${view.state}"]`);
    for (const [screen, size] of Object.entries(SCREENS)) {
      await page.setViewportSize({ width: size.width, height: size.height });
      await page.waitForTimeout(150);
      await shoot(page, `mirror-${view.state}-${screen}`);
    }
  }
  await ask("mirror", "off");
  await page.waitForSelector('body[data-mirror="off"]', { timeout: 10_000 });
  await page.waitForFunction(() => {
    const canvas = document.getElementById("glass");
    return !canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.some((v) => v !== 0);
  });
  await ask("mirror", "person");
  await page.waitForSelector('body[data-mirror="live"]');
}

async function unknownState(page) {
  for (const state of ["", "PASSED", "constructor"]) {
    await ask("show", { state: "ready" });
    await page.waitForSelector('body[data-state="ready"]');
    await ask("show", { state });
    await page.waitForSelector('body[data-state="out_of_service"][data-reason="unknown_state"]');
  }
}

// A loop that stands still must not leave its last verdict on the screen.
async function stalledKiosk(page) {
  await ask("show", { state: "passed" });
  await page.waitForSelector('body[data-state="passed"]');
  await ask("freeze");
  await page.waitForSelector('body[data-state="out_of_service"][data-reason="kiosk_stalled"]', { timeout: 6_000 });
  await ask("show", { state: "ready" });
  await page.waitForSelector('body[data-state="ready"]');
}

async function deadServer(page) {
  for (let round = 0; round < 2; round++) {
    await ask("show", { state: "passed" });
    await page.waitForSelector('body[data-state="passed"]');
    const from = (await shown(page)).length;
    const died = await page.evaluate(() => performance.now());
    await ask("stop");
    const next = await until(page, [{ state: "out_of_service", reason: "connection_lost" }], 10_000, from);
    const lost = (await shown(page))[next - 1];
    assert.ok(lost.at - died < 4000, `a dead server's PASS stayed for ${lost.at - died} ms`);
    await shoot(page, "lost");
    await page.waitForTimeout(1500);
    await ask("start", { state: "ready" });
    await until(page, ["ready", { state: "ready", mirror: "live" }], 20_000, next);
    const after = (await shown(page)).slice(next);
    assert.ok(!after.some((s) => s.state === "passed"), "a PASS came back after it was lost");
  }
}
