// The whole appliance before a real browser: what the page shows while a
// source is being screened.
//
// SHOWS lists the states that must be seen in this order, separated by spaces;
// NEVER those that must not be seen at all.

import assert from "node:assert/strict";
import { ask, finish, openPage, shoot, shown, until } from "./browser.mjs";

const SHOWS = process.env.SHOWS.split(" ");
const NEVER = (process.env.NEVER ?? "").split(" ").filter(Boolean);

await finish(async () => {
  // The browser takes seconds to start, and a recording does not wait for it.
  const { page, close } = await openPage(await ask("start", { source: "sim:empty" }));
  const empty = await until(page, ["ready"], 30_000);
  assert.ok(empty > 0);
  await ask("stop");
  await page.goto(await ask("start", { source: process.env.SOURCE }));
  let seen = 0;
  for (const state of SHOWS) {
    seen = await until(page, [state], 60_000, seen);
    await shoot(page, `appliance-${process.env.SOURCE.replace(/[:/].*[:/]|:/, "-")}-${state}`);
  }
  await until(page, [{ mirror: "live" }], 10_000);
  const states = new Set((await shown(page)).map((s) => s.state));
  for (const state of NEVER) assert.ok(!states.has(state), `${state} was shown`);
  await ask("stop");
  await close();
});
