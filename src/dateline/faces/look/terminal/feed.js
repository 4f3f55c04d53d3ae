// Follows the wire: the log's newest events, then the stream from exactly there; after `reset` the log again.
// Never polls: millions of desktops may do the same.

import { hold, Refused } from "./connection.js";

const FIRST_RETRY_MS = 2000;
const LONGEST_WAIT_MS = 60_000;
const REFUSED_WAIT_MS = 60_000;
const PAGE = 1000;

export class Feed {
  cursor = "";
  #behind = false;
  #tries = 0;
  #retryMs = FIRST_RETRY_MS;
  #address = 0;

  // `take(events, facts)` gets [[cursor, event]] oldest first, `tell(state)` what the line does.
  constructor({ query, log, streams, history, take, tell }) {
    Object.assign(this, { query, log, streams, history, take, tell });
  }

  // The newest events of the log; the stream goes on from its position.
  async begin(signal) {
    const page = await this.#page(`last=${this.history}`, signal);
    this.#taken(page, { history: true });
  }

  async lead(signal) {
    while (!signal.aborted) {
      let outcome = "failed";
      try {
        await online(signal, () => this.tell({ name: "offline" }));
        outcome = await this.#once(signal);
      } catch (error) {
        if (signal.aborted) return;
        outcome = error;
      }
      await this.#pause(outcome, signal);
    }
  }

  async #once(signal) {
    this.tell({ name: this.#tries === 0 && !this.#behind ? "connecting" : "reconnecting" });
    if (!this.cursor) await this.begin(signal);
    if (this.#behind) await this.#catchUp(signal);
    const address = this.streams[this.#address % this.streams.length];
    let openedAt = 0;
    const opened = () => {
      openedAt = Date.now();
      this.#tries = 0;
      this.tell({ name: "live", heardAt: openedAt });
    };
    const heard = (reader) => {
      if (reader.retryMs !== null) this.#retryMs = reader.retryMs;
      if (reader.lastId) this.cursor = reader.lastId;
      this.tell({ heardAt: Date.now(), cursor: this.cursor });
    };
    const frames = (found) => {
      const events = found.map((frame) => [frame.id, JSON.parse(frame.data)]).filter(([, event]) => event.release);
      if (events.length > 0) this.take(events, { receivedAt: Date.now(), openedAt });
    };
    const outcome = await hold(`${address}?${joined(this.query, `after=${this.cursor}`)}`, {
      signal, opened, heard, frames,
    });
    if (outcome === "reset") this.#behind = true;
    return outcome;
  }

  // Pages of the log from the last cursor to its end; what the filter leaves out moves the cursor too.
  async #catchUp(signal) {
    this.tell({ name: "replaying" });
    for (;;) {
      const before = this.cursor;
      let page;
      try {
        page = await this.#page(`after=${before}&limit=${PAGE}`, signal);
      } catch (error) {
        if (!(error instanceof Refused) || ![400, 410].includes(error.status)) throw error;
        // The log does not know our place any more: begin anew and say that something may be missing.
        this.tell({ gap: true });
        await this.begin(signal);
        break;
      }
      this.#taken(page, { receivedAt: Date.now(), replay: true });
      if (page.next === before) break;
    }
    this.#behind = false;
  }

  async #page(question, signal) {
    const answer = await fetch(`${this.log}?${joined(this.query, question)}`, { signal, cache: "no-store" });
    if (!answer.ok) throw new Refused(answer.status, 0);
    return answer.json();
  }

  #taken(page, facts) {
    this.cursor = page.next;
    this.take(page.events.map(({ cursor, event }) => [cursor, event]), facts);
    this.tell({ cursor: this.cursor });
  }

  async #pause(outcome, signal) {
    const refused = outcome instanceof Refused;
    // A cursor that the edge does not know is a matter for the log, which also knows older ones.
    if (refused && outcome.status === 400 && this.cursor && !this.#behind) this.#behind = true;
    const ours = refused && outcome.status >= 400 && outcome.status < 500 && outcome.status !== 429;
    const forGood = ours && this.#tries > 0;
    if (typeof outcome !== "string") this.#address += 1;
    const most = Math.min(LONGEST_WAIT_MS, Math.max(this.#retryMs, 1000 * 2 ** this.#tries));
    // Full jitter: a fleet must not come back at one moment. A drain's `retry:` may be longer than our own.
    let wait = Math.random() * Math.max(most, this.#retryMs);
    if (outcome === "reset" && this.#tries === 0) wait = Math.random() * FIRST_RETRY_MS;
    if (refused) wait += forGood ? REFUSED_WAIT_MS : outcome.retryAfterMs;
    this.#tries = Math.min(this.#tries + 1, 10);
    this.tell({
      name: forGood ? "refused" : "reconnecting",
      status: forGood ? outcome.status : 0,
      retryAt: Date.now() + wait,
    });
    await rest(wait, signal);
  }
}

const joined = (...parts) => parts.filter(Boolean).join("&");

// Returns at once while the machine has a network, else when it has one again.
async function online(signal, waiting) {
  if (navigator.onLine !== false) return;
  waiting();
  await new Promise((resolve) => {
    addEventListener("online", resolve, { once: true, signal });
    signal.addEventListener("abort", resolve, { once: true });
  });
}

// A wait that a returning network ends; a lost one too, so that the state is told at once.
function rest(ms, signal) {
  return new Promise((resolve) => {
    const over = new AbortController();
    const done = () => {
      clearTimeout(timer);
      over.abort();
      resolve();
    };
    const timer = setTimeout(done, ms);
    addEventListener("online", done, { signal: over.signal });
    addEventListener("offline", done, { signal: over.signal });
    signal.addEventListener("abort", done, { signal: over.signal });
  });
}
