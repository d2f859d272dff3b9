// The staff pages: the door, every page behind it, by touch alone and by
// keyboard alone.

import assert from "node:assert/strict";
import { ask, finish, openPage, scan, shoot } from "./browser.mjs";

const PIN = "314159";
const PAGES = ["now", "counts", "threshold", "health", "privacy", "commission", "take", "updates", "settings"];

await finish(async () => {
  const url = new URL("/staff", await ask("start")).href;
  const { page, close } = await openPage(url, { viewport: { width: 1024, height: 600 }, hasTouch: true });
  const says = (text) => page.waitForFunction((t) => document.body.innerText.includes(t), text, { timeout: 30_000 });
  await theDoor(page, says);
  await everyPage(page, says);
  await theSession(page, says);
  await byKeyboard(page, says, url);
  await theEnd(page, says);
  await inOtherLanguages(page, says, url);
  await gone(page, says);
  await close();
});

function tap(page, name) {
  return page.getByRole("button", { name, exact: true }).first().tap();
}

async function tapPIN(page, pin) {
  for (const digit of pin) await page.locator(".pad").getByRole("button", { name: digit, exact: true }).tap();
  await page.locator(".pad").getByRole("button", { name: "Enter", exact: true }).tap();
}

async function theDoor(page, says) {
  await says("Choose a PIN");
  await says("Please step up");
  await scan(page, "the door without a PIN");
  await shoot(page, "staff-door-first");
  await tapPIN(page, "111111");
  await says("Enter it once more");
  await tapPIN(page, "111111");
  await says("not all the same");
  await tapPIN(page, PIN);
  await tapPIN(page, "314158");
  await says("not the same digits");
  await tapPIN(page, PIN);
  await tapPIN(page, PIN);
  await says("Before the first visitor");
  await says("The clock has not been set.");
  await scan(page, "before the first visitor");
  await shoot(page, "staff-first");
  await tap(page, "Go on");
  await says("Lepton 3.5");
  await page.reload();
  await says("Enter the PIN");
  for (let i = 0; i < 3; i++) await tapPIN(page, `00000${i}`);
  await says("Too many wrong PINs");
  await scan(page, "the door that waits");
  await shoot(page, "staff-door-waits");
  await page.waitForFunction(() => !document.body.innerText.includes("Too many"), null, { timeout: 10_000 });
  await tapPIN(page, PIN);
  await says("Second check");
}

async function everyPage(page, says) {
  await tap(page, "No fever");
  await says("counted in 5 s");
  await tap(page, "Undo");
  await says("Not counted.");
  await tap(page, "Fever confirmed");
  await says("Fever confirmed: counted.");
  assert.deepEqual(await ask("noted"), ["confirmed"]);
  for (const [name, size] of Object.entries({ "7in": [1024, 600], "10in-upright": [800, 1280] })) {
    await page.setViewportSize({ width: size[0], height: size[1] });
    for (const [i, tab] of PAGES.entries()) {
      await page.locator("#tabs button").nth(i).tap();
      await page.waitForFunction((want) => document.querySelector("#tabs [aria-current]").dataset.page === want && !document.body.innerText.includes("One moment."), tab);
      await page.waitForTimeout(150);
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${tab} is too wide on ${name}`);
      const small = await page.evaluate(() => [...document.querySelectorAll("button, a, input")].filter((e) => e.getClientRects().length > 0 && e.getBoundingClientRect().height < 44).map((e) => e.outerHTML));
      assert.deepEqual(small, [], `too small to touch on ${tab}`);
      await scan(page, `${tab} on ${name}`);
      await shoot(page, `staff-${tab}-${name}`);
    }
  }
  await page.setViewportSize({ width: 1024, height: 600 });
  await tap(page, "Counts");
  for (const by of ["Week", "Hours", "Day"]) await tap(page, by);
  await says("2026-10-05 00:00");
  await says("95 %: 3 % to 17 %");
  await tap(page, "Threshold");
  await says("This is how the kiosk is set.");
  const price = () => page.locator("#price").innerText();
  const before = await price();
  const slider = page.locator('input[type="range"]');
  const { width, height } = await slider.boundingBox();
  await slider.tap({ position: { x: 0.8 * width, y: height / 2 } });
  await says("policy.sensitivity = ");
  assert.notEqual(await price(), before);
  await tap(page, "Hottest spot of the face");
  await says("policy.site = face_max");
  await tap(page, "Reference");
  await says("Something covers the reference disc.");
  await says("Flat-field correction that settles");
  assert.equal(await ask("confirmed"), false);
  await tap(page, "Look for it anew");
  await says("The kiosk looks for the reference.");
  assert.equal(await ask("confirmed"), true);
  await tap(page, "Privacy");
  await says("NOT in order");
  await says("sha256 0123456789abcdef");
  await theCommissioning(page, says);
  await tap(page, "Take away");
  await tap(page, "Write to STICK");
  await says("was written");
  const files = await ask("files");
  assert.match(Object.values(files)[0], /^outcome,from,to,visits\n/);
  assert.deepEqual(Object.keys(files), ["lintel-counts-no-date.csv"]);
  await tap(page, "Show the code");
  await says("Part 1 of");
  await scan(page, "the code");
  await page.locator("svg.code").scrollIntoViewIfNeeded();
  await shoot(page, "staff-code");
  await theUpdates(page, says);
  await tap(page, "Clock and PIN");
  await says("The clock has not been set.");
  await tap(page, "Year: more");
  await page.locator("#set_clock").tap();
  await says("The clock was set.");
  assert.match(await ask("clock"), /^2020-03-04T05:06/);
}

async function theCommissioning(page, says) {
  const inked = () => page.evaluate(() => {
    const canvas = document.querySelector(".heat canvas");
    return canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.some((v) => v > 0);
  });
  await tap(page, "Commission");
  await says("Lepton 3.5");
  await tap(page, "Next");
  await says("Turned clockwise by");
  assert.ok(await inked(), "the picture of the mounting shows nothing");
  await tap(page, "180°");
  await scan(page, "the mounting");
  await shoot(page, "staff-mounting");
  await tap(page, "Keep this");
  await says("Kept.");
  assert.equal((await ask("adjusted")).rotate, 180);
  await tap(page, "Next");
  await says("it has a circle");
  assert.ok(await inked(), "the heat view shows nothing");
  await scan(page, "the heat view");
  await shoot(page, "staff-reference");
  await ask("somebody", true);
  await says("Blank: somebody is in sight");
  assert.ok(!(await inked()), "the heat view shows somebody");
  await shoot(page, "staff-heat-blank");
  await ask("somebody", false);
  await tap(page, "Next");
  await theCertificate(page, says);
  await tap(page, "Next");
  await says("The outline is where");
  await scan(page, "the field of view");
  await shoot(page, "staff-view");
  await tap(page, "Next");
  await tap(page, "Temperature: more");
  await says("22.5 °C");
  await tap(page, "Next");
  await tap(page, "Try: PASS lamp");
  await says("PASS lamp: on for two seconds.");
  await tap(page, "Yes");
  await tap(page, "Try: Buzzer");
  await says("Buzzer: on for two seconds.");
  await page.locator("button:visible", { hasText: /^No$/ }).last().tap();
  assert.deepEqual(await ask("lit"), ["pass_lamp", "buzzer"]);
  await scan(page, "the lamps");
  await shoot(page, "staff-lamps");
  await tap(page, "Next");
  await tap(page, "Owner");
  await tap(page, "Watch and sign off");
  await says("Owner, on 2026-11-20");
  await says("BB-07");
  await says("NOT in order: 0.4 K, at most 0.3 K");
  await scan(page, "the report");
  await shoot(page, "staff-report");
  await tap(page, "Reference");
  await says("reference.serial");
  await scan(page, "what was set here");
  await page.locator("#reset").scrollIntoViewIfNeeded();
  await shoot(page, "staff-set-here");
}

// The certificate is typed in on the screen, and what is wrong is said.
async function theCertificate(page, says) {
  const key = async (text) => {
    for (const k of text) await page.locator(".keys").getByRole("button", { name: k, exact: true }).tap();
  };
  const field = (name) => page.locator(`#field_${name}`);
  await page.waitForFunction(() => document.getElementById("field_temperature").value === "37.00");
  await field("emissivity").tap();
  await key("1.5");
  await tap(page, "Keep this");
  await says("The emissivity must be a number from 0.8 to 1.");
  for (let i = 0; i < 3; i++) await page.locator(".keys").getByRole("button", { name: "Erase", exact: true }).tap();
  await key("0.97");
  await field("serial").tap();
  await key("BB-07");
  await field("expires").tap();
  await key("2027-03-31");
  await scan(page, "the certificate");
  await shoot(page, "staff-certificate");
  await tap(page, "Keep this");
  await says("Kept.");
  const { emissivity, serial, expires, temperature } = await ask("adjusted");
  assert.deepEqual({ emissivity, serial, expires, temperature }, { emissivity: "0.97", serial: "BB-07", expires: "2027-03-31", temperature: null });
}

// theUpdates: each refused bundle with its sentence and without a button, the
// older one only with the PIN, the good one to the restart.
async function theUpdates(page, says) {
  await tap(page, "Updates");
  await says("0123abcd");
  await says("Version 2026.12.1 was installed and did not come up.");
  await tap(page, "Look for updates");
  for (const text of ["Copy it to the medium again.", "Nobody signed it.", "Somebody else than the owner", "altered after it was signed", "another kind of computer", "older than the version that runs", "It starts faster.", "Signed by The library"])
    await says(text);
  assert.equal(await page.getByRole("button", { name: "Install 2027.1", exact: true }).count(), 1);
  await scan(page, "the updates");
  await shoot(page, "staff-offers");
  await tap(page, "Install all the same");
  await says("Go back to version 2026.1?");
  await scan(page, "an older version");
  await shoot(page, "staff-older");
  await tapPIN(page, "271828");
  await says("This PIN is wrong.");
  assert.deepEqual(await ask("asked"), ["look"]);
  await tap(page, "Install all the same");
  await tapPIN(page, PIN);
  await says("Version 2026.1 is installed.");
  await tap(page, "Install 2027.1");
  await says("Version 2027.1 is installed.");
  await tap(page, "Restart now");
  await says("Version 2027.1 is installed.");
  assert.deepEqual(await ask("asked"), ["look", "/m/older.raucb older", "/m/good.raucb", "restart"]);
  await tap(page, "Show the list");
  await says("libc6");
}

// theEnd: forgetting everything, with the PIN alone.
async function theEnd(page, says) {
  await tap(page, "Clock and PIN");
  await tap(page, "Forget everything");
  await says("This cannot be undone.");
  await scan(page, "forgetting everything");
  await shoot(page, "staff-forget");
  await page.locator("#forget_pin").fill("111111");
  await page.locator("#forget_go").tap();
  await says("This PIN is wrong.");
  await page.locator("#forget_pin").fill("271828");
  await page.locator("#forget_go").tap();
  await says("Everything is being forgotten.");
  assert.deepEqual((await ask("asked")).at(-1), "forget");
}

async function theSession(page, says) {
  await page.locator("#old_pin").tap();
  await tapPIN(page, PIN);
  await tapPIN(page, "271828");
  await tapPIN(page, "271828");
  await says("The PIN was changed.");
  await tap(page, "Now");
  await ask("show", { state: "out_of_service", reason: "reference_moved" });
  await says("The reference disc is not where it was.");
  await says("reference_moved");
  await page.getByRole("link", { name: "Back to the visitors' screen" }).tap();
  // The door stands beside the languages, and moves when they come.
  await page.waitForSelector("#languages:not([hidden])");
  await page.locator("#door").tap();
  await says("Enter the PIN");
}

// byKeyboard goes the staff's whole way with keys alone: the first PIN, a second
// check, every page and what can be done on it, the commissioning from the
// first step to the report, and another PIN.
async function byKeyboard(page, says, url) {
  await ask("forget");
  await ask("stop");
  await ask("start", { state: "ready" });
  await page.goto("about:blank");
  await page.goto(url);
  const keys = page.keyboard;
  const enterPIN = async (pin) => {
    await keys.type(pin);
    await keys.press("Enter");
  };
  await says("Choose a PIN");
  await enterPIN(PIN);
  await says("Enter it once more");
  await enterPIN(PIN);

  // reach goes on with Tab until what has that name, or that id, has the focus.
  const reach = async (name) => {
    for (let i = 0; i < 120; i++) {
      await keys.press("Tab");
      const at = await page.evaluate(() => {
        const e = document.activeElement;
        const box = e.getBoundingClientRect();
        const seen = getComputedStyle(e).outlineStyle !== "none" && box.top >= 0 && box.bottom <= innerHeight + 1;
        return { names: [e.innerText, e.id, e.getAttribute("aria-label")], seen };
      });
      if (at.names.includes(name)) {
        assert.ok(at.seen, `${name} does not show that it has the focus`);
        return;
      }
    }
    throw new Error(`no key leads to ${name}`);
  };
  const press = async (name, key = "Enter") => {
    await reach(name);
    await keys.press(key);
  };
  const goTo = async (tab) => {
    await press(tab);
    await page.waitForFunction((name) => document.querySelector("#tabs [aria-current]").innerText === name, tab);
  };
  // The clock was set on the way by touch, so the commissioning comes next.
  await says("Commissioning, step 1");
  await goTo("Now");
  await press("Not done", "Space");
  await says("Not done: counted.");
  await goTo("Counts");
  await press("Week");
  await goTo("Threshold");
  // The tab has the slider's name: the slider must be there first.
  await says("This is how the kiosk is set.");
  await reach("Threshold");
  await keys.press("ArrowRight");
  await says("policy.sensitivity = 0.87");
  await goTo("Reference");
  await press("Look for it anew");
  await says("The kiosk looks for the reference.");
  await goTo("Privacy");
  await says("NOT in order");
  await commissionByKeyboard({ says, reach, press, goTo, keys });
  await goTo("Take away");
  await press("Write to STICK");
  await says("was written");
  await press("Show the code");
  await says("Part 1 of");
  await goTo("Updates");
  await goTo("Clock and PIN");
  await press("Minute: more");
  await press("set_clock");
  await says("The clock was set.");
  for (const [field, pin] of [["old_pin", PIN], ["new_pin", "271828"], ["again_pin", "271828"]]) {
    await reach(field);
    await keys.type(pin);
  }
  await keys.press("Enter");
  await says("The PIN was changed.");
  await press("Back to the visitors' screen");
  await page.waitForSelector("body[data-state]");
  // The visitors' page can be left by keyboard, too.
  await page.waitForSelector("#languages:not([hidden])");
  await press("Español");
  await page.waitForFunction(() => document.documentElement.lang === "es");
  await press("English");
  await press("door");
  await says("Enter the PIN");
  await enterPIN("271828");
  await says("Second check");
  assert.deepEqual(await ask("noted"), ["confirmed", "not_done"]);
}

async function commissionByKeyboard({ says, reach, press, goTo, keys }) {
  await goTo("Commission");
  await press("Next");
  await says("Turned clockwise by");
  await press("270°", "Space");
  await press("Keep this");
  await says("Kept.");
  await press("Next");
  await says("in order, at");
  await press("Next");
  await reach("field_serial");
  await keys.press("Control+A");
  await keys.type("KB-1");
  await press("Keep this");
  await says("Kept.");
  await press("Next");
  await says("The outline is where");
  await press("Next");
  await press("Temperature: more");
  await press("Next");
  await press("Try: PASS lamp");
  await says("PASS lamp: on for two seconds.");
  await press("Yes");
  await press("Next");
  await press("Laboratory");
  await press("Watch and sign off");
  await says("Laboratory, on 2026-11-20");
  await says("KB-1");
}

// inOtherLanguages looks at the door in each language, and at every page in one
// that is written from right to left and in one with long words.
async function inOtherLanguages(page, says, url) {
  await page.goto("about:blank");
  await page.goto(`${url}#es`);
  await says("Introduzca el PIN");
  const fits = async (what) => assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${what} is too wide`);
  const choose = async (name, lang) => {
    await page.getByRole("button", { name, exact: true }).tap();
    await page.waitForFunction((want) => document.documentElement.lang === want, lang);
    await page.waitForFunction((want) => document.querySelector('.tongues [aria-pressed="true"]').innerText === want, name);
    assert.equal(await page.evaluate(() => document.documentElement.dir), lang === "ar" ? "rtl" : "ltr");
    await fits(`the door in ${lang}`);
    await shoot(page, `staff-door-${lang}`);
  };
  for (const [name, lang] of [["Français", "fr"], ["Português", "pt"], ["简体中文", "zh-Hans"], ["हिन्दी", "hi"]]) await choose(name, lang);
  for (const [name, lang, size] of [["العربية", "ar", [800, 1280]], ["Deutsch", "de", [1024, 600]]]) {
    await page.setViewportSize({ width: size[0], height: size[1] });
    await choose(name, lang);
    await page.locator(".door input").focus();
    await page.keyboard.type("271828");
    await page.keyboard.press("Enter");
    for (const tab of PAGES) {
      await page.locator(`#tabs [data-page="${tab}"]`).tap();
      await page.waitForFunction((want) => document.querySelector("#tabs [aria-current]").dataset.page === want, tab);
      await page.waitForTimeout(250);
      await fits(`${tab} in ${lang}`);
      if (lang === "ar") await scan(page, `${tab} in ${lang}`);
      await shoot(page, `staff-${tab}-${lang}`);
    }
    await page.reload();
    await page.waitForSelector(".tongues");
  }
  await choose("English", "en");
  await page.locator(".door input").focus();
  await page.keyboard.type("271828");
  await page.keyboard.press("Enter");
  await says("Second check");
}

async function gone(page, says) {
  await tap(page, "Now");
  await ask("stop");
  await says("does not answer");
  assert.ok(!(await page.evaluate(() => document.body.innerText)).includes("reference_moved"));
}
