// Pictures that the pages are held against. A golden is a digest of a picture
// that somebody has looked at: its mean colour, and how bright each of 32 x 20
// cells is (20 x 32 upright). Only simulated visitors are on them.
//
// Another version of the browser or of a font moves edges by parts of a pixel.
// A cell is 40 pixels wide, so an edge right through it that moves by half a
// pixel changes it by 1/80 of the contrast, 3 of 255. Five times that is
// allowed in a cell, and half of it in the mean of all. A word that breaks
// elsewhere, another sign or another tone makes more than 60 in some cell.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";

const FILE = new URL("goldens.json", import.meta.url);
const LONG = 32;
const SHORT = 20;
// What may differ, of 255: a cell, the mean over all cells, and each part of the
// mean colour.
const MOST_CELL = 16;
const MOST_MEAN = 1.5;
const MOST_COLOUR = 4;
const SMALLER = 0.25; // pictures are taken smaller than the screen: it is faster

const levels = (digest) => digest.cells.match(/../g).map((pair) => parseInt(pair, 16));

// apart says how far two digests are from each other; null for the same within
// what is allowed.
export function apart(a, b) {
  const [one, two] = [levels(a), levels(b)];
  if (one.length !== two.length) return "another size";
  const off = one.map((v, i) => Math.abs(v - two[i]));
  const mean = off.reduce((sum, v) => sum + v, 0) / off.length;
  const colour = Math.max(...[0, 2, 4].map((i) => Math.abs(parseInt(a.colour.slice(i, i + 2), 16) - parseInt(b.colour.slice(i, i + 2), 16))));
  if (Math.max(...off) <= MOST_CELL && mean <= MOST_MEAN && colour <= MOST_COLOUR) return null;
  return `cells by up to ${Math.max(...off)} of 255, ${mean.toFixed(2)} in the mean, the colour by ${colour} of 255`;
}

// digest runs in a page of its own, which has no security policy.
async function digest([picture, columns, rows]) {
  const image = await createImageBitmap(await (await fetch(`data:image/png;base64,${picture}`)).blob());
  const { width, height } = image;
  const pen = new OffscreenCanvas(width, height).getContext("2d");
  pen.drawImage(image, 0, 0);
  const { data } = pen.getImageData(0, 0, width, height);
  const sums = new Float64Array(columns * rows);
  const counts = new Float64Array(columns * rows);
  const colour = [0, 0, 0];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = 4 * (y * width + x);
      const cell = Math.floor((y * rows) / height) * columns + Math.floor((x * columns) / width);
      sums[cell] += 0.2126 * data[at] + 0.7152 * data[at + 1] + 0.0722 * data[at + 2];
      counts[cell]++;
      for (let i = 0; i < 3; i++) colour[i] += data[at + i];
    }
  }
  return {
    colour: colour.map((sum) => Math.round(sum / width / height).toString(16).padStart(2, "0")).join(""),
    cells: Array.from(sums, (sum, i) => Math.round(sum / counts[i]).toString(16).padStart(2, "0")).join(""),
  };
}

// Goldens compares pictures by their names, or keeps new ones where
// LINTEL_GOLDENS is "keep".
export class Goldens {
  #kept = JSON.parse(readFileSync(FILE, "utf8"));
  #seen = {};
  #wrong = [];
  #bench = null;
  #camera = null;

  // look takes a picture of the page as it is.
  async look(page, name) {
    this.#bench ??= await page.context().newPage();
    const { width, height } = page.viewportSize();
    const size = width > height ? [LONG, SHORT] : [SHORT, LONG];
    this.#camera ??= await page.context().newCDPSession(page);
    const clip = { x: 0, y: 0, width, height, scale: SMALLER };
    const { data: picture } = await this.#camera.send("Page.captureScreenshot", { format: "png", clip });
    const made = await this.#bench.evaluate(digest, [picture, ...size]);
    this.#seen[name] = made;
    const kept = this.#kept[name];
    const far = kept ? apart(kept, made) : "there is none";
    if (far) this.#wrong.push(`${name}: ${far}`);
  }

  // judge fails where a picture is not as it was, where one is missing, or where
  // two that should differ could be taken for each other.
  async judge() {
    await this.#bench?.close();
    if (process.env.LINTEL_GOLDENS === "keep") {
      const lines = Object.entries(this.#seen).map(([name, made]) => `${JSON.stringify(name)}: ${JSON.stringify(made)}`);
      writeFileSync(FILE, `{\n${lines.join(",\n")}\n}\n`);
    } else {
      assert.deepEqual(this.#wrong, [], "pictures that differ from their goldens; look at them (LINTEL_SHOTS), then LINTEL_GOLDENS=keep");
      assert.deepEqual(Object.keys(this.#seen), Object.keys(this.#kept), "the goldens that there are");
    }
    const all = Object.entries(this.#seen);
    for (const [i, [name, made]] of all.entries()) {
      const same = all.slice(i + 1).find(([, other]) => other.cells.length === made.cells.length && apart(made, other) === null);
      assert.equal(same, undefined, `${name} cannot be told from ${same?.[0]}`);
    }
    console.log(`${all.length} pictures are as their goldens`);
  }
}
