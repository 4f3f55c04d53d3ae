// The keyboard: single keys, never while somebody is typing or a dialog is open.

import { anyOpen } from "./dialogs.js";

const TYPING = "input:not([type=checkbox]), textarea, select, [contenteditable]";

// `acts`: key -> what it does, returning false when it did nothing. Letters rest while `letters()` is false: people
// who speak to their machine do not want every word to be a command.
export function listen(acts, letters) {
  document.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.isComposing || anyOpen()) return;
    const typing = event.target.closest(TYPING);
    if (typing) {
      if (event.key === "Escape" || (event.key === "Enter" && typing.id === "find")) acts.leaveSearch(event.key);
      return;
    }
    // Keys of buttons and links stay theirs.
    if ((event.key === "Enter" || event.key === " ") && event.target.closest("a, button, summary")) return;
    const inPane = event.target.closest("#pane");
    if (inPane && /^(Arrow|Page|Home|End)/.test(event.key)) return;
    if (event.key.length === 1 && event.key !== " " && !letters()) return;
    const act = /^[1-9]$/.test(event.key) ? acts.saved : acts[event.key];
    if (act && act(event.key) !== false) event.preventDefault();
  });
}
