// What this page leaves out by itself, each with a button that takes it back.

import { write } from "./keep.js";
import { byId, make, words } from "./page.js";

let drawn = "";

export function drawChips(view, changed) {
  const key = JSON.stringify([view.muted, view.watchOnly]);
  if (key === drawn) return;
  drawn = key;
  const chips = view.muted.map(([slug, name]) => chip(words("muted", { name }), () => view.unmute(slug), changed));
  if (view.watchOnly) chips.push(chip(words("watch-only"), () => showAll(view), changed));
  byId("chips").hidden = chips.length === 0;
  byId("chips").replaceChildren(...chips);
}

function showAll(view) {
  view.watchOnly = false;
  write("watch-only", false);
}

function chip(text, drop, changed) {
  const item = make("li");
  const button = make("button", "", text);
  button.type = "button";
  button.setAttribute("aria-label", words("remove", { name: text }));
  const cross = make("span", "cross", "×");
  cross.setAttribute("aria-hidden", "true");
  button.append(cross);
  button.addEventListener("click", () => {
    drop();
    changed();
  });
  item.append(button);
  return item;
}
