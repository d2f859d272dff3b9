// The languages of the page: which there are, which one is shown, and when it
// changes.

// A choice is forgotten when nobody was there for this long.
const FORGET_AFTER = 20_000;

const load = async (code) => (await import(`./words.${code}.json`, { with: { type: "json" } })).default;

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

  // start loads the first catalogue and shows it; the others follow, so that
  // changing needs no server.
  async start(onAll) {
    this.#catalogues.set(this.#shown, await load(this.#shown));
    this.#onChange(this.words);
    for (const code of this.#codes) {
      if (!this.#catalogues.has(code)) this.#catalogues.set(code, await load(code));
    }
    onAll(this.#codes.map((code) => ({ code, words: this.#catalogues.get(code) })));
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
