// A newcomer's way: from the first picture of the demo to a commissioned kiosk,
// by touch, reading nothing but the screen. Every step is filmed.

import assert from "node:assert/strict";
import { ask, finish, openPage, scan, shoot, until } from "./browser.mjs";

const PIN = "314159";
let step = 0;

await finish(async () => {
  const url = await ask("start", { source: "sim" });
  const { page, close } = await openPage(url, { hasTouch: true });
  const says = (text, timeout = 20_000) => page.waitForFunction((t) => document.body.innerText.includes(t), text, { timeout });
  const film = (name) => shoot(page, `newcomer-${String(++step).padStart(2, "0")}-${name}`);
  const tap = (name) => page.getByRole("button", { name, exact: true }).first().tap();
  const type = async (pin) => {
    for (const digit of pin) await page.locator(".pad").getByRole("button", { name: digit, exact: true }).tap();
    await page.locator(".pad").getByRole("button", { name: "Enter", exact: true }).tap();
  };

  await until(page, ["measuring", "passed"], 60_000);
  await film("a-visitor-passes");
  await until(page, ["passed", "ready"], 60_000);
  await page.locator('#languages button[lang="es"]').tap();
  await says("Acérquese");
  await film("another-language");
  await page.locator('#languages button[lang="en"]').tap();
  await says("step up", 60_000);
  await page.locator("#door").tap();
  await says("Choose a PIN");
  await film("no-pin-yet");
  await type(PIN);
  await type(PIN);
  // The clock is right here, so the commissioning comes first.
  await says("none: the reference is looked for anew");
  await tap("Now");
  await says("Second check");
  await film("inside");
  await tap("Threshold");
  await says("This is how the kiosk is set.");
  await scan(page, "the threshold");
  await film("what-it-is-worth");
  await tap("Reference");
  await says("Camera off by");
  await film("reference");
  await tap("Privacy");
  await says("in order: lo only");
  await film("privacy");
  await tap("Commission");
  await says("none: the reference is looked for anew");
  await film("commission-camera");
  await tap("Next");
  await says("Turned clockwise by");
  await says("it has a circle", 120_000);
  await film("commission-mounting");
  await tap("Next");
  await says("in order, at");
  await says("it has a circle", 120_000);
  await film("commission-reference");
  await tap("Next");
  await page.waitForFunction(() => document.getElementById("field_temperature").value === "37.00");
  await page.locator("#field_serial").tap();
  for (const key of "SIM-1") await page.locator(".keys").getByRole("button", { name: key, exact: true }).tap();
  await film("commission-certificate");
  await tap("Keep this");
  await says("Kept.");
  await tap("Next");
  await says("The outline is where");
  await says("it has a circle", 120_000);
  await film("commission-view");
  await tap("Next");
  await film("commission-room");
  await tap("Next");
  await says("no lamps and no buzzer");
  await film("commission-lamps");
  await tap("Next");
  await tap("Watch and sign off");
  await says("Signed off.", 60_000);
  await says("SIM-1");
  await film("commissioned");
  await page.getByText("The accuracy over 34").scrollIntoViewIfNeeded();
  await film("commissioned-report");
  await tap("Reference");
  await says("reference.serial");
  await page.locator("#reset").scrollIntoViewIfNeeded();
  await film("what-was-set-here");
  await tap("Take away");
  await tap("Show the code");
  await says("Part 1 of 1");
  await film("take-away");
  await page.getByRole("link", { name: "Back to the visitors' screen" }).tap();
  // "starting" stands in the page before its scripts are there.
  await page.waitForURL((url) => url.pathname === "/");
  await page.waitForSelector('body[data-state]:not([data-state="starting"])');

  // Off and on: the record holds, and the PIN stays.
  await ask("stop");
  await page.waitForSelector('body[data-reason="connection_lost"]', { timeout: 10_000 });
  await film("switched-off");
  await page.goto(await ask("start", { source: "sim" }));
  await until(page, ["measuring", "passed"], 60_000);
  await film("a-commissioned-kiosk");
  await page.goto(new URL("/staff", page.url()).href);
  await says("Enter the PIN");
  await type(PIN);
  await says("Second check");
  await tap("Commission");
  await says("signed off: Technician, on");
  await film("the-record-holds");
  assert.equal(step, 21);
  await ask("stop");
  await close();
});
