// What page tests share: the browser, the log of states, questions to the test.
// doc.go says how to use it.

import assert from "node:assert/strict";
import { createWriteStream, mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import readline from "node:readline";
import { chromium } from "playwright-core";

const require = createRequire(import.meta.url);
const axeSource = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

// Loopback WebRTC needs the first two: without them Chromium offers no address
// where lo is the only interface, or hides it behind a multicast DNS name.
const FLAGS = [
  "--allow-loopback-in-peer-connection",
  "--disable-features=WebRtcHideLocalIpsWithMdns",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-dev-shm-usage",
];

// openPage starts a browser and opens url. It returns {page, close}; close
// fails if the page threw an error, broke its own security policy or asked for
// anything elsewhere.
export async function openPage(url, { viewport = { width: 1280, height: 800 }, reducedMotion = "reduce", hasTouch = false } = {}) {
  const browser = await chromium.launch({
    executablePath: process.env.LINTEL_CHROMIUM,
    headless: true,
    args: FLAGS,
  });
  const context = await browser.newContext({ viewport, reducedMotion, hasTouch });
  const page = await context.newPage();
  const wrong = [];
  page.on("pageerror", (error) => wrong.push(`error in the page: ${error.stack ?? error}`));
  page.on("console", (message) => {
    if (/Content Security Policy/i.test(message.text())) wrong.push(message.text());
  });
  context.on("request", (request) => {
    if (new URL(request.url()).hostname !== "127.0.0.1") wrong.push(`asked for ${request.url()}`);
  });
  await page.addInitScript(logStates);
  await page.goto(url);
  const close = async () => {
    await browser.close();
    assert.deepEqual(wrong, []);
  };
  return { page, close };
}

// logStates runs in the page before anything else does.
function logStates() {
  window.__states = [];
  const note = () => {
    if (!document.body) return;
    const { state, guidance, reason, mirror } = document.body.dataset;
    const last = window.__states.at(-1);
    if (last && last.state === state && last.guidance === guidance && last.reason === reason && last.mirror === mirror) return;
    window.__states.push({ at: performance.now(), state, guidance, reason, mirror });
  };
  new MutationObserver(note).observe(document, {
    subtree: true,
    childList: true,
    attributeFilter: ["data-state", "data-guidance", "data-reason", "data-mirror"],
  });
}

// shown returns the log of everything the page has shown since it was opened.
export const shown = (page) => page.evaluate(() => window.__states);

// until waits for the wanted states in this order, others in between allowed,
// looking from entry `from` of the log. It returns the number of the entry after
// the last, to go on from.
export async function until(page, wanted, timeout = 10_000, from = 0) {
  const list = wanted.map((w) => (typeof w === "string" ? { state: w } : w));
  try {
    const found = await page.waitForFunction(
      ([want, start]) => {
        let next = 0;
        for (let i = start; i < window.__states.length; i++) {
          if (Object.entries(want[next]).every(([key, value]) => window.__states[i][key] === value)) next++;
          if (next === want.length) return i + 1;
        }
        return 0;
      },
      [list, from],
      { timeout, polling: 50 },
    );
    return await found.jsonValue();
  } catch (error) {
    const log = JSON.stringify(await shown(page).catch(() => "no page"));
    throw new Error(`${JSON.stringify(wanted)} were not shown in this order; the page showed ${log}`, { cause: error });
  }
}

// scan fails for any finding of axe-core, contrast of 7:1 included.
export async function scan(page, what) {
  const result = await page.evaluate(`(async () => {
    if (!window.axe) { ${axeSource} }
    return await window.axe.run(document, {
      runOnly: ["wcag2a", "wcag2aa", "wcag2aaa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
      resultTypes: ["violations"],
    });
  })()`);
  const found = result.violations
    .map((v) => `${v.id}: ${v.help}: ${v.nodes.map((n) => `${n.html} ${n.failureSummary}`).join("; ")}`);
  assert.deepEqual(found, [], `accessibility of ${what}`);
}

// shoot leaves a picture where LINTEL_SHOTS asks for pictures.
export async function shoot(page, name) {
  const folder = process.env.LINTEL_SHOTS;
  if (!folder) return;
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: path.join(folder, `${name}.png`) });
}

let questions = null;
let answers = null;

// ask has the test run a command and returns its answer.
export async function ask(name, argument = null) {
  questions ??= createWriteStream("", { fd: 3 });
  answers ??= readline.createInterface({ input: process.stdin })[Symbol.asyncIterator]();
  questions.write(`${JSON.stringify({ name, argument })}\n`);
  const { value: line, done } = await answers.next();
  if (done) throw new Error(`the test ended before it answered ${name}`);
  const reply = JSON.parse(line);
  if (reply.error) throw new Error(`${name}: ${reply.error}`);
  return reply.value;
}

// finish runs a whole script and ends the process with its outcome.
export async function finish(script) {
  try {
    await script();
    process.exit(0);
  } catch (error) {
    console.error(error);
    process.exit(1);
  }
}
