// The dialogs of the page, each the browser's own <dialog>: it keeps the focus and closes on Esc.

import { byId, words } from "./page.js";

const NAMES = ["filters", "saved", "alerts", "watchlist", "help"];

export function open(name) {
  if (anyOpen()) return;
  const dialog = byId(name);
  dialog.dispatchEvent(new Event("opening"));
  dialog.showModal();
  dialog.querySelector("input, textarea, a, button")?.focus();
}

export const anyOpen = () => NAMES.some((name) => byId(name).open);

export function start() {
  // One form for both worlds: without scripts it stands in the page.
  byId("filters").querySelector("[data-place]").append(byId("filter-form"));
  byId("filters-static").remove();
  for (const button of document.querySelectorAll("[data-open]")) {
    button.addEventListener("click", () => open(button.dataset.open));
  }
}

// Says under every form that it is not kept, when the browser keeps nothing.
export function notKept() {
  for (const hint of document.querySelectorAll("[data-kept]")) hint.textContent = words("not-kept");
}
