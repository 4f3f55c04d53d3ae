// Tells voices how much is new, seldom enough that nothing else drowns.

import { byId, number, words } from "./page.js";

const EVERY_MS = 15_000;
let waiting = 0;
let timer = null;

export function sayNew(count) {
  waiting += count;
  timer ??= setTimeout(() => {
    timer = null;
    if (waiting > 0) byId("says").textContent = words("new", { count: number(waiting) });
    waiting = 0;
  }, EVERY_MS);
}

export function say(text) {
  byId("says").textContent = text;
}
