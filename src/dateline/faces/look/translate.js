// Small helps of the translation desk: slots and terms are put at the cursor, letters are counted, Alt+N goes to
// the next block that needs a person, and leaving with unsaved words asks first. Every act works without it.

const form = document.getElementById("sheet-form");

function put(area, text) {
  area.focus();
  area.setRangeText(text, area.selectionStart, area.selectionEnd, "end");
  area.dispatchEvent(new Event("input", { bubbles: true }));
}

// Chips and terms become buttons, by keyboard too: what they stand for goes where the cursor is.
function toButton(place, text, area) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = place.className || "slot";
  button.lang = place.lang;
  button.append(...place.childNodes);
  button.addEventListener("click", () => put(area, text));
  place.replaceWith(button);
}

function count(area) {
  const place = document.querySelector(`[data-counter="${area.id}"]`);
  if (!place) return;
  const most = Number(area.dataset.most || 0);
  const length = [...area.value].length;
  place.textContent = most ? `${length} / ${most}` : `${length}`;
  place.classList.toggle("over-long", most > 0 && length > most);
}

function next() {
  const rows = [...document.querySelectorAll(".block-row")];
  const here = rows.indexOf(document.activeElement?.closest(".block-row"));
  const needs = (row) =>
    row.matches(".is-empty, .is-outdated, .is-machine") || row.querySelector(".finding:not(.settled)");
  const found = [...rows.slice(here + 1), ...rows.slice(0, here + 1)].find(needs);
  found?.querySelector("textarea")?.focus();
}

if (form) {
  let dirty = false;
  for (const row of form.querySelectorAll(".block-row")) {
    const area = row.querySelector("textarea");
    if (!area || area.readOnly) continue;
    for (const chip of row.querySelectorAll(".source > .words [data-token]")) {
      toButton(chip, chip.dataset.token, area);
    }
    for (const term of row.querySelectorAll("[data-insert]")) toButton(term, term.dataset.insert, area);
    count(area);
  }
  form.addEventListener("input", (event) => {
    dirty = true;
    if (event.target.matches("textarea")) count(event.target);
  });
  form.addEventListener("submit", () => {
    dirty = false;
  });
  window.addEventListener("beforeunload", (event) => {
    if (dirty) event.preventDefault();
  });
  document.addEventListener("keydown", (event) => {
    if (!event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.code === "KeyN") next();
    else if (event.code === "KeyS") form.querySelector('.bar [value="save"]').click();
    else return;
    event.preventDefault();
  });
}
