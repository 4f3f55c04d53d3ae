// What the line does, and the figures below the list. Nothing is said that was not measured.

import { measure, median } from "./clock.js";
import { byId, config, make, number, words } from "./page.js";
import { say } from "./say.js";

const TONES = { live: "good", connecting: "waiting", replaying: "waiting", behind: "waiting", reconnecting: "waiting" };
const LATE_MS = 5000;
const LATE_FOR_MS = 60_000;
const KEPT = 100;
const CLOCK_EVERY_MS = 30 * 60_000;

export class Status {
  state = { name: "connecting", heardAt: 0, shared: false };
  skew = null;
  #samples = [];
  #lateAt = 0;
  #said = "";
  #saidAt = 0;
  count = 0;

  start() {
    byId("state").hidden = false;
    byId("figures").hidden = false;
    setInterval(() => this.draw(), 1000);
    addEventListener("offline", () => this.draw());
    addEventListener("online", () => this.draw());
    this.#clock();
    setInterval(() => this.#clock(), CLOCK_EVERY_MS * (0.75 + Math.random() / 2));
  }

  async #clock() {
    try {
      this.skew = await measure(config.now);
    } catch {
      return; // the line says already that the server does not answer
    }
    this.draw();
  }

  tell(change) {
    if (change.name) this.state = { ...this.state, retryAt: 0, status: 0, ...change };
    else this.state = { ...this.state, ...change };
    if (change.gap) byId("gap").hidden = false;
    this.draw();
  }

  // Notes when an event came; its delay is known as soon as the clocks are compared.
  came(event, { receivedAt, openedAt = 0 }) {
    const sample = { at: Date.parse(event.at), receivedAt, openedAt };
    this.#samples.push(sample);
    if (this.#samples.length > KEPT) this.#samples.shift();
    this.#lateAt = this.delay(sample) > LATE_MS ? Date.now() : 0;
    return sample;
  }

  // In ms; null while the clocks are not compared, and for what was public before the line was open.
  delay(sample) {
    if (!sample?.openedAt || this.skew === null) return null;
    const { offset } = this.skew;
    return sample.at < sample.openedAt - offset ? null : Math.max(0, sample.receivedAt - offset - sample.at);
  }

  get #delays() {
    return this.#samples.map((sample) => this.delay(sample)).filter((ms) => ms !== null);
  }

  get #shown() {
    if (navigator.onLine === false) return { ...this.state, name: "offline" };
    const late = this.state.name === "live" && Date.now() - this.#lateAt < LATE_FOR_MS;
    return late ? { ...this.state, name: "behind", late: this.#delays.at(-1) } : this.state;
  }

  draw() {
    const state = this.#shown;
    const now = Date.now();
    const seconds = state.name === "behind" ? Math.round(state.late / 1000) : 0;
    const name = words(`state-${state.name}`, { seconds: number(seconds), status: state.status });
    const more = [];
    const since = (from, to) => number(Math.max(0, Math.round((to - from) / 1000)));
    if (state.retryAt > now && state.name !== "offline") more.push(words("retry", { seconds: since(now, state.retryAt) }));
    if (state.heardAt) more.push(words("heard", { seconds: since(state.heardAt, now) }));
    const line = byId("state");
    line.className = `line state ${TONES[state.name] ?? "bad"}`;
    line.dataset.name = state.name;
    line.title = state.shared ? words("shared") : "";
    line.replaceChildren(make("span", "name", name), ...more.map((text) => make("span", "more", text)));
    this.#tell(name, state.name);
    byId("figures").replaceChildren(...this.#figures().map((text) => make("span", "", text)));
  }

  #tell(name, kind) {
    if (kind === this.#said || Date.now() - this.#saidAt < 5000) return;
    if (this.#said) say(name);
    this.#said = kind;
    this.#saidAt = Date.now();
  }

  #figures() {
    const found = [words("count", { count: number(this.count) })];
    const delays = this.#delays;
    if (delays.length > 0) {
      found.push(words("delay", { ms: number(Math.round(delays.at(-1))) }));
      found.push(words("delay-median", { ms: number(Math.round(median(delays))) }));
    }
    if (this.skew) {
      const { offset, error } = this.skew;
      found.push(words("clock", { ms: number(Math.round(offset)), error: number(Math.ceil(error)) }));
    }
    return found;
  }
}
