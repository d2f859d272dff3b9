// The languages of the page: which there are, which one is shown, and when it
// changes.

// A choice is forgotten when nobody was there for this long.
const FORGET_AFTER = 20_000;

const RETRY_AFTER = 500;

// An answer that does not come within this time is asked for again.
const ANSWER_WITHIN = 5000;

// ask fetches a JSON document, again and again until it is there.
export async function ask(path) {
  for (;;) {
    try {
      const response = await fetch(path, { signal: AbortSignal.timeout(ANSWER_WITHIN) });
      if (response.ok) return await response.json();
    } catch {
      // The program is gone, or not yet there.
    }
    await new Promise((again) => setTimeout(again, RETRY_AFTER));
  }
}

export class Languages {
  #codes;
  #catalogues = new Map();
  #shown;
  #chosen = false;
  #forget = 0;
  #onChange;

  // codes are the catalogues' names, the first for whom nobody has chosen;
  // every, in seconds, shows one after another until somebody chooses, 0 never.
  constructor(codes, every, onChange) {
    this.#codes = codes;
    this.#shown = codes[0];
    this.#onChange = onChange;
    if (every > 0 && codes.length > 1) setInterval(() => this.#next(), every * 1000);
  }

  // start loads the first catalogue and shows it.
  async start() {
    await this.#load(this.#shown);
    this.#onChange(this.words);
  }

  // rest loads the others, so that changing needs no server.
  async rest(onAll) {
    for (const code of this.#codes) await this.#load(code);
    onAll(this.#codes.map((code) => ({ code, words: this.#catalogues.get(code) })));
  }

  async #load(code) {
    if (!this.#catalogues.has(code)) this.#catalogues.set(code, await ask(`/words.${code}.json`));
  }

  get words() {
    return this.#catalogues.get(this.#shown);
  }

  get shown() {
    return this.#shown;
  }

  choose(code) {
    this.#chosen = true;
    this.#set(code);
  }

  // idle is told whether nobody is there.
  idle(nobody) {
    if (!nobody) {
      clearTimeout(this.#forget);
      this.#forget = 0;
    } else if (this.#forget === 0) {
      this.#wait();
    }
  }

  // touched puts off forgetting.
  touched() {
    if (this.#forget === 0) return;
    clearTimeout(this.#forget);
    this.#wait();
  }

  #wait() {
    this.#forget = setTimeout(() => {
      if (!this.#chosen) return;
      this.#chosen = false;
      this.#set(this.#codes[0]);
    }, FORGET_AFTER);
  }

  #next() {
    if (this.#chosen || this.#catalogues.size < this.#codes.length) return;
    this.#set(this.#codes[(this.#codes.indexOf(this.#shown) + 1) % this.#codes.length]);
  }

  #set(code) {
    if (code === this.#shown || !this.#catalogues.has(code)) return;
    this.#shown = code;
    this.#onChange(this.words);
  }
}
