// The staff page: what it says of a kiosk in order, out of service, and gone.

import assert from "node:assert/strict";
import { ask, finish, openPage, scan, shoot } from "./browser.mjs";

await finish(async () => {
  const url = await ask("start");
  const { page, close } = await openPage(new URL("/staff", url).href);
  const says = (text) => page.waitForFunction((t) => document.body.innerText.includes(t), text, { timeout: 10_000 });
  await says("Please step up");
  await says("none");
  await scan(page, "the staff page");
  await shoot(page, "staff-ready");

  await ask("show", { state: "out_of_service", reason: "reference_moved" });
  await says("Out of service");
  await says("The reference disc is not where it was.");
  await says("reference_moved");
  await scan(page, "the staff page out of service");
  await shoot(page, "staff-out-of-service");

  await ask("stop");
  await says("does not answer");
  assert.ok(!(await page.evaluate(() => document.body.innerText)).includes("reference_moved"));
  await close();
});
