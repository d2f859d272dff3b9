// Asks the kiosk. The token of a session is kept in this page's memory alone.

// Watching the reference takes the longest, 12 s and more.
const ANSWER_WITHIN = 30_000;

// Refused tells by a name why the kiosk did not do it, and how long to wait.
export class Refused extends Error {
  constructor(name, wait) {
    super(name);
    this.reason = name;
    this.wait = wait ?? 0;
  }
}

export class Api {
  #token = "";
  #onOutside;

  // onOutside is called when the session has ended.
  constructor(onOutside) {
    this.#onOutside = onOutside;
  }

  get inside() {
    return this.#token !== "";
  }

  get(name) {
    return this.#ask("GET", name);
  }

  post(name, question = {}) {
    return this.#ask("POST", name, question);
  }

  // enter asks with a PIN and begins the session.
  async enter(name, question) {
    this.#token = (await this.post(name, question)).token;
  }

  async leave() {
    if (!this.inside) return;
    const left = this.post("leave").catch(() => {});
    this.#token = "";
    await left;
  }

  async #ask(method, name, question) {
    let response;
    try {
      response = await fetch(`/staff/api/${name}`, {
        method,
        headers: { ...(this.inside && { Authorization: `Bearer ${this.#token}` }), ...(question && { "Content-Type": "application/json" }) },
        body: question && JSON.stringify(question),
        signal: AbortSignal.timeout(ANSWER_WITHIN),
      });
    } catch {
      throw new Refused("silent");
    }
    const csv = response.headers.get("Content-Type")?.startsWith("text/csv");
    if (response.ok) return csv ? response.text() : response.json();
    const { error, wait_s: wait } = await response.json().catch(() => ({ error: "internal" }));
    if (response.status === 401 && this.inside) {
      this.#token = "";
      this.#onOutside();
    }
    throw new Refused(error, wait);
  }
}
