// What the kiosk page weighs, how late it is, and whether it forgets.

import assert from "node:assert/strict";
import { ask, until } from "./browser.mjs";

const MOST_BYTES = 400 * 1024; // without fonts
const MOST_LATE = 60; // ms at the 95th percentile, on a machine of its own
const VISITS = Number(process.env.LINTEL_VISITS ?? 60);
const FRAMES = Number(process.env.LINTEL_FRAMES ?? 120);

// weight adds up all that the page has loaded.
export async function weight(page) {
  await page.waitForSelector("#languages:not([hidden])");
  const found = await page.evaluate(async () => {
    await document.fonts.ready;
    const all = [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")];
    const size = (list) => list.reduce((sum, e) => sum + e.decodedBodySize, 0);
    return {
      fonts: size(all.filter((e) => e.name.endsWith(".woff2"))),
      rest: size(all.filter((e) => !e.name.endsWith(".woff2"))),
      paint: performance.getEntriesByName("first-contentful-paint")[0]?.startTime,
    };
  });
  console.log(`page weight ${(found.rest / 1024).toFixed(0)} KB, fonts ${(found.fonts / 1024).toFixed(0)} KB, first paint after ${found.paint?.toFixed(0)} ms`);
  assert.ok(found.rest > 10_000 && found.rest < MOST_BYTES, `the page weighs ${found.rest} bytes without fonts`);
}

// late measures from the moment a mirror is handed to the server to the paint
// of it. Its number is in the first row of cells.
export async function late(page) {
  await page.evaluate(() => {
    const put = CanvasRenderingContext2D.prototype.putImageData;
    window.__painted = [];
    CanvasRenderingContext2D.prototype.putImageData = function (image, ...rest) {
      put.call(this, image, ...rest);
      let number = 0;
      // The page mirrors the row.
      for (let x = 0; x < 16; x++) number = number * 2 + (image.data[(image.width - 1 - x) * 4 + 3] > 0 ? 1 : 0);
      const drawn = performance.timeOrigin + performance.now();
      requestAnimationFrame(() => {
        const channel = new MessageChannel();
        // The message comes after the frame has been painted.
        channel.port1.onmessage = () => window.__painted.push([number, drawn, performance.timeOrigin + performance.now()]);
        channel.port2.postMessage(0);
      });
    };
  });
  for (const hertz of [9, 25]) {
    await page.evaluate(() => (window.__painted.length = 0));
    const sent = new Map(await ask("pace", { hertz, frames: FRAMES }));
    await page.waitForTimeout(300);
    const painted = await page.evaluate(() => window.__painted);
    const known = painted.filter(([n]) => sent.has(n));
    const rank = (list) => list.sort((a, b) => a - b);
    const waits = rank(known.map(([n, , at]) => at - sent.get(n)));
    const ways = rank(known.map(([n, drawn]) => drawn - sent.get(n)));
    if (process.env.DIAG) console.log(JSON.stringify(known.map(([n, d, p]) => [n, +(d - sent.get(n)).toFixed(1), +(p - d).toFixed(1)])));
    const at = (share, list = waits) => list[Math.floor(share * (list.length - 1))];
    console.log(
      `at ${hertz} frames a second: ${waits.length} of ${FRAMES} painted, p50 ${at(0.5).toFixed(1)} ms, p95 ${at(0.95).toFixed(1)} ms; ` +
        `to the page p50 ${at(0.5, ways).toFixed(1)} ms, p95 ${at(0.95, ways).toFixed(1)} ms`,
    );
    assert.ok(waits.length > FRAMES / 2, `only ${waits.length} of ${FRAMES} frames were painted`);
    if (process.env.LINTEL_CALM) assert.ok(at(0.95) < MOST_LATE, `p95 is ${at(0.95)} ms`);
  }
}

// flat runs many visits and checks that the page keeps nothing of them.
export async function flat(page) {
  const cdp = await page.context().newCDPSession(page);
  const used = async () => {
    await cdp.send("HeapProfiler.collectGarbage");
    return (await cdp.send("Runtime.getHeapUsage")).usedSize;
  };
  await ask("visits", 10);
  const states = () => page.evaluate(() => (window.__states.length = 0));
  await states();
  const before = await used();
  const process0 = await ask("memory");
  const nodes = () => page.evaluate(() => document.querySelectorAll("*").length);
  const first = await nodes();
  await ask("visits", VISITS);
  await until(page, ["ready"]);
  await states();
  const after = await used();
  console.log(
    `${VISITS} visits: the page's memory went from ${(before / 1024).toFixed(0)} to ${(after / 1024).toFixed(0)} KB, ` +
      `that of its process from ${(process0 / 1024).toFixed(1)} to ${((await ask("memory")) / 1024).toFixed(1)} MB`,
  );
  assert.ok(after - before < 300_000, `the page grew by ${after - before} bytes`);
  assert.equal(await nodes(), first, "elements were left behind");
}
