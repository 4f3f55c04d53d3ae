// Small helps of the signed-in faces: the viewer's own clock, calm messages about lanes, keys of the queue.
// Every act works without it.

const language = document.documentElement.lang || undefined;
const own = new Intl.DateTimeFormat(language, {
  weekday: "short",
  day: "numeric",
  month: "short",
  year: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  timeZoneName: "short",
});

// The viewer's reading of T0 stands beside the issuer's and UTC; the server does not know the viewer's zone.
function fillViewerClocks(root) {
  for (const place of root.querySelectorAll("[data-viewer-clock]")) {
    const at = new Date(place.dataset.viewerClock);
    if (Number.isNaN(at.valueOf())) continue;
    const time = document.createElement("bdi");
    time.textContent = own.format(at);
    if ("plain" in place.dataset) {
      place.replaceChildren(time);
    } else {
      const label = document.createElement("span");
      label.className = "meta";
      label.textContent = `${place.dataset.label} `;
      place.replaceChildren(label, time);
    }
    place.hidden = false;
  }
  for (const label of root.querySelectorAll("[data-viewer-label]")) label.hidden = false;
}

// Lanes move every second; a voice hears of them at most every ten (style guide, interface 4).
const SAY_EVERY_MS = 10_000;
let saidAt = 0;
let said = "";

function say() {
  const place = document.querySelector("[data-live-says]");
  const words = document.getElementById("live")?.dataset.says || "";
  if (!place || words === said || Date.now() - saidAt < SAY_EVERY_MS) return;
  said = words;
  saidAt = Date.now();
  place.textContent = words;
}

// j and k move along the queue, o opens; never while somebody is typing.
function onKey(event) {
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  if (event.target.closest("input, textarea, select, [contenteditable]")) return;
  const rows = [...document.querySelectorAll("[data-row]")];
  if (rows.length === 0) return;
  const here = rows.indexOf(document.activeElement);
  if (event.key === "j") rows[Math.min(here + 1, rows.length - 1)].focus();
  else if (event.key === "k") rows[Math.max(here - 1, 0)].focus();
  else if (event.key === "o" && here >= 0) rows[here].click();
  else return;
  event.preventDefault();
}

document.addEventListener("keydown", onKey);
document.addEventListener("htmx:afterSwap", (event) => {
  fillViewerClocks(event.detail.target.ownerDocument);
  say();
});
fillViewerClocks(document);
say();
