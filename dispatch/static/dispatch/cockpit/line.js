/* One line to the server: asks again and again, and knows how old its last answer is. */

const LOGIN_GONE = new Set([401, 403, 404, 410]);

/**
 * Keeps one answer of the server fresh.
 *
 * A new question makes the running one void, so the last question wins whichever answer comes first. An
 * unchanged answer (304) counts as fresh. `lost` says that nothing was heard for `patience` milliseconds.
 */
export class Line {
  /** `url()` → what to ask now; `take(answer)`; `tell(line)` after every change of state. */
  constructor({ url, take, tell, every, patience }) {
    Object.assign(this, { url, take, tell, every, patience });
    this.heardAt = 0; // by the clock of the server, milliseconds
    this.heardHere = 0; // by this machine's, to measure how long ago
    this.begunAt = Date.now();
    this.etag = "";
    this.failed = false;
    this.problem = "";
    this.loading = false;
    this.ended = 0;
    this.running = null;
    this.timer = 0;
  }

  get lost() {
    const since = this.heardHere || this.begunAt;
    return Boolean(this.ended) || Math.abs(Date.now() - since) > this.patience;
  }

  /** Whether an answer to this very question is shown. */
  get answered() {
    return this.heardHere > 0;
  }

  /**
   * Ask now. `fresh`: another question than before, so what is shown does not answer it.
   * `clicked`: a person asked; a page that asks by itself keeps nobody signed in.
   */
  async ask({ fresh = false, clicked = false } = {}) {
    window.clearTimeout(this.timer);
    this.running?.abort();
    const mine = new AbortController();
    this.running = mine;
    if (fresh) Object.assign(this, { etag: "", heardHere: 0, heardAt: 0, begunAt: Date.now(), failed: false });
    this.loading = true;
    this.tell(this);
    const hung = window.setTimeout(() => mine.abort("slow"), Math.max(this.patience - 1000, 5000));
    const body = await this.#fetch(mine, clicked).catch((error) => this.#failing(error, mine));
    window.clearTimeout(hung);
    if (this.running !== mine) return;
    try {
      if (body) this.take(body);
    } finally {
      this.#rest();
    }
  }

  #failing(error, mine) {
    const expected = error instanceof TypeError || error instanceof SyntaxError || error?.name === "AbortError" || error === "slow" || error?.said;
    if (!expected) throw error;
    if (this.running === mine) Object.assign(this, { failed: true, problem: error?.said || "" });
    return null;
  }

  async #fetch(mine, clicked) {
    const headers = { Accept: "application/json" };
    if (!clicked) headers["X-Background"] = "1";
    if (this.etag) headers["If-None-Match"] = this.etag;
    const answer = await fetch(this.url(), { headers, signal: mine.signal, credentials: "same-origin", cache: "no-store", redirect: "manual" });
    if (this.running !== mine) return null;
    // A redirect leads to the page of sign-in: the session is over.
    this.ended = answer.type === "opaqueredirect" ? 401 : LOGIN_GONE.has(answer.status) ? answer.status : 0;
    const unchanged = answer.status === 304;
    if (!answer.ok && !unchanged) throw Object.assign(new Error(String(answer.status)), { said: await refusal(answer) });
    const body = unchanged ? null : await answer.json();
    if (this.running !== mine) return null;
    if (body) this.etag = answer.headers.get("ETag") || "";
    this.heardHere = Date.now();
    this.heardAt = Date.parse(answer.headers.get("Date") || "") || this.heardHere;
    Object.assign(this, { failed: false, problem: "" });
    return body;
  }

  #rest() {
    this.running = null;
    this.loading = false;
    this.tell(this);
    if (this.every) this.timer = window.setTimeout(() => this.ask(), this.every);
  }

  /** Ask at once when somebody looks again, or when the net is back. */
  watch() {
    const again = () => document.visibilityState === "visible" && this.ask();
    document.addEventListener("visibilitychange", again);
    window.addEventListener("online", again);
    return this;
  }
}

/** The Chinese sentence of a refused question, where the server has one. */
async function refusal(answer) {
  const body = await answer.json().catch(() => null);
  return body?.message || "服务器没有给出数据";
}
