// Alert words: a mark in the list, and a sound and a desktop notification for those who asked. Both are off until
// somebody ticks them.

import { notKept } from "./dialogs.js";
import { read, write } from "./keep.js";
import { alertIn, alertTests } from "./match.js";
import { byId, words } from "./page.js";

const NAME = "alerts";
const SOUND_EVERY_MS = 2000;
const CLAIM_MS = 10_000;
const MOST_WORDS = 200;
const OFF = { words: [], sound: false, notify: false };

export class Alerts {
  #choice = { ...OFF, ...read(NAME, OFF) };
  #tests = alertTests(this.#choice.words);
  #audio = null;
  #soundAt = 0;

  // `changed()` when the words changed; `chosen(row)` when somebody clicks a notification.
  constructor({ changed, chosen }) {
    Object.assign(this, { changed, chosen });
  }

  start() {
    byId("alerts").addEventListener("opening", () => this.#fill());
    byId("alerts-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#save();
      byId("alerts").close();
    });
    byId("alert-notify").addEventListener("change", () => this.#askToNotify());
    byId("alert-sound").addEventListener("change", () => byId("alert-sound").checked && this.#sound());
    // A browser lets a page sound only after somebody used it.
    const wake = () => this.#choice.sound && this.#device()?.resume();
    addEventListener("pointerdown", wake, { passive: true });
    addEventListener("keydown", wake, { passive: true });
  }

  reload() {
    this.#choice = { ...OFF, ...read(NAME, OFF) };
    this.#tests = alertTests(this.#choice.words);
    this.changed();
  }

  match(row) {
    return this.#tests.length > 0 && row.state !== "killed" ? alertIn(this.#tests, row) : "";
  }

  // Tells of a row once, whichever tabs have it.
  ring(row, headline) {
    if (!this.#choice.sound && !this.#choice.notify) return;
    once(`dateline-alert-${row.release}-${row.version}`, () => {
      if (this.#choice.sound) this.#sound();
      if (this.#choice.notify) this.#notify(row, headline);
    });
  }

  #fill() {
    byId("alert-words").value = this.#choice.words.join("\n");
    byId("alert-sound").checked = this.#choice.sound;
    byId("alert-notify").checked = this.#choice.notify && allowed();
    byId("alerts-blocked").hidden = true;
  }

  async #askToNotify() {
    const box = byId("alert-notify");
    if (!box.checked) return;
    const answer = typeof Notification === "undefined" ? "denied" : await Notification.requestPermission();
    box.checked = answer === "granted";
    byId("alerts-blocked").hidden = answer === "granted";
  }

  #save() {
    const list = byId("alert-words").value.split("\n").map((word) => word.trim()).filter(Boolean);
    const choice = {
      words: [...new Set(list)].slice(0, MOST_WORDS),
      sound: byId("alert-sound").checked,
      notify: byId("alert-notify").checked,
    };
    if (!write(NAME, choice)) notKept();
    this.#choice = choice;
    this.#tests = alertTests(choice.words);
    this.changed();
  }

  #device() {
    this.#audio ??= typeof AudioContext === "undefined" ? null : new AudioContext();
    return this.#audio;
  }

  #sound() {
    const device = this.#device();
    if (!device || Date.now() - this.#soundAt < SOUND_EVERY_MS) return;
    this.#soundAt = Date.now();
    device.resume();
    [880, 1320].forEach((pitch, n) => {
      const tone = device.createOscillator();
      const loud = device.createGain();
      const at = device.currentTime + n * 0.14;
      tone.frequency.value = pitch;
      loud.gain.setValueAtTime(0.15, at);
      loud.gain.exponentialRampToValueAtTime(0.001, at + 0.13);
      tone.connect(loud).connect(device.destination);
      tone.start(at);
      tone.stop(at + 0.14);
    });
  }

  #notify(row, headline) {
    if (!allowed()) return;
    let shown;
    try {
      shown = new Notification(words("alert", { word: row.alert }), {
        body: `${row.facts.issuer.name}: ${headline}`,
        tag: `${row.release}-${row.version}`,
      });
    } catch {
      return; // telephones take notifications from installed pages only; mark and sound remain
    }
    shown.onclick = () => {
      focus();
      this.chosen(row);
      shown.close();
    };
  }
}

const allowed = () => typeof Notification !== "undefined" && Notification.permission === "granted";

function once(name, act) {
  if (!navigator.locks) {
    act();
    return;
  }
  navigator.locks.request(name, { ifAvailable: true }, async (lock) => {
    if (!lock) return;
    act();
    await new Promise((resolve) => setTimeout(resolve, CLAIM_MS));
  });
}
