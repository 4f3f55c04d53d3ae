// Puts the terminal together. Without this file the page is a list of the latest releases with working filters.

import { Alerts } from "./alerts.js";
import { drawChips } from "./chips.js";
import * as dialogs from "./dialogs.js";
import { Feed } from "./feed.js";
import { ownZone, setZone } from "./formats.js";
import { onChange, read, write } from "./keep.js";
import { listen } from "./keys.js";
import { List } from "./list.js";
import { watchedIn } from "./match.js";
import { Missing } from "./missing.js";
import { byId, config, number, words } from "./page.js";
import { Pane } from "./pane.js";
import * as saved from "./saved.js";
import { sayNew } from "./say.js";
import { Status } from "./status.js";
import { edition, Store } from "./store.js";
import { share } from "./tabs.js";
import { View } from "./view.js";
import { Watchlist } from "./watch.js";

const asked = new URLSearchParams(config.query);
const ownLanguages = [config.language, ...(asked.get("language") ?? "").split(",").filter(Boolean)];
let original = false;
let drawing = false;

const store = new Store({ most: config.most, strict: asked.has("keyword"), languages: ownLanguages });
const view = new View(store);
const status = new Status();
const wantedOf = (row) => (original ? [row.facts.original_language, ...ownLanguages] : ownLanguages);
const list = new List({
  scroll: byId("scroll"),
  list: byId("list"),
  wanted: wantedOf,
  moved: () => {
    drawBar();
    fetchMissing();
  },
  opened: (row) => openRow(row),
});
const pane = new Pane({
  wanted: () => (pane.row ? wantedOf(pane.row) : ownLanguages),
  delay: (row) => status.delay(row.sample),
  closed: () => {
    list.reading = false;
    byId("list").focus();
    draw();
  },
});
const missing = new Missing({ store, list });
const fetchMissing = () => missing.look(original ? "original" : config.language);
const alerts = new Alerts({ changed: markAll, chosen: openRow });
const watch = new Watchlist({ changed: markAll, view });

// --- events ---------------------------------------------------------------------------------------------------

function take(events, facts) {
  let added = 0;
  for (const [, event] of events) {
    const found = store.take(event, facts.receivedAt ?? null);
    if (!found) continue;
    const { row, kind } = found;
    if (!facts.history) row.sample = status.came(event, facts);
    mark(row, !facts.history);
    if (kind === "added" && !facts.history && view.takes(row)) added += 1;
    if (kind === "changed" && pane.row === row) pane.again();
  }
  if (added > 0) sayNew(added);
  schedule();
}

function mark(row, ring) {
  const before = row.alert;
  row.alert = alerts.match(row);
  row.watched = watchedIn(watch.values, row);
  if (ring && row.alert && !before) alerts.ring(row, edition(row, wantedOf(row))?.headline ?? "");
}

function markAll() {
  for (const row of store.rows) mark(row, false);
  draw();
}

// --- drawing --------------------------------------------------------------------------------------------------

function schedule() {
  if (drawing) return;
  drawing = true;
  requestAnimationFrame(() => {
    drawing = false;
    draw();
  });
}

function draw() {
  const rows = view.rows();
  status.count = rows.length;
  byId("scroll").hidden = rows.length === 0;
  byId("nothing").hidden = rows.length > 0 || !byId("latest").hidden;
  if (store.rows.length > 0) byId("latest").hidden = true;
  byId("nothing").textContent = words(store.rows.length > 0 ? "no-match" : "empty");
  list.show(rows);
  drawBar();
  drawChips(view, () => {
    draw();
    byId("list").focus();
  });
  fetchMissing();
}

function drawBar() {
  const count = list.unseen;
  const bar = byId("new");
  bar.hidden = count === 0;
  if (count > 0) bar.textContent = words("new", { count: number(count) });
}

// --- acts -----------------------------------------------------------------------------------------------------

function openRow(row) {
  if (!row) return false;
  list.select(row);
  list.reading = true;
  pane.show(row, { focus: true });
  return true;
}

function step(move) {
  if (!byId("pane").contains(document.activeElement)) byId("list").focus({ preventScroll: true });
  move();
  if (pane.open && list.active && list.active !== pane.row) pane.show(list.active);
}

function toggleOriginal() {
  original = !original;
  byId("original").setAttribute("aria-pressed", original);
  list.redraw();
  pane.again();
  fetchMissing();
}

function toZone(name) {
  setZone(name);
  byId("zone").value = name;
  write("zone", name);
  list.redraw();
  pane.again();
}

function newest() {
  pane.close();
  byId("scroll").scrollTop = 0;
  list.newest();
}

function escape() {
  if (pane.open) pane.close();
  else if (byId("find").value) leaveSearch("Escape");
  else list.select(null);
}

function leaveSearch(key) {
  if (key === "Escape") byId("find").value = "";
  search();
  byId("list").focus();
  if (key === "Enter") list.move(0);
}

function search() {
  view.question = byId("find").value.trim();
  draw();
}

function mute() {
  if (!list.active) return false;
  const { issuer } = list.active.facts;
  list.active = null;
  pane.close();
  view.mute(issuer);
  draw();
  return true;
}

// --- start ----------------------------------------------------------------------------------------------------

function start() {
  dialogs.start();
  saved.start();
  alerts.start();
  watch.start();
  for (const id of ["tools", "search"]) byId(id).hidden = false;
  byId("zone").options[0].textContent = words("zone-own", { zone: ownZone });
  byId("zone").addEventListener("change", () => toZone(byId("zone").value));
  byId("original").addEventListener("click", toggleOriginal);
  byId("new").addEventListener("click", newest);
  byId("search").addEventListener("submit", (event) => event.preventDefault());
  byId("find").addEventListener("input", search);
  onChange((name) => {
    if (name === "alerts") alerts.reload();
    if (name === "watchlist") watch.reload();
    if (name === "muted" || name === "watch-only") {
      view.reload();
      draw();
    }
  });
  listen({
    j: () => step(() => list.move(1)),
    k: () => step(() => list.move(-1)),
    ArrowDown: () => step(() => list.move(1)),
    ArrowUp: () => step(() => list.move(-1)),
    PageDown: () => step(() => list.page(1)),
    PageUp: () => step(() => list.page(-1)),
    End: () => step(() => list.end()),
    Home: newest,
    g: newest,
    Enter: () => openRow(list.active),
    "/": () => byId("find").focus(),
    f: () => dialogs.open("filters"),
    s: () => dialogs.open("saved"),
    a: () => dialogs.open("alerts"),
    w: () => dialogs.open("watchlist"),
    "?": () => dialogs.open("help"),
    o: toggleOriginal,
    m: mute,
    z: () => toZone(byId("zone").value === "UTC" ? "own" : "UTC"),
    saved: (key) => saved.go(Number(key)),
    Escape: escape,
    leaveSearch,
  }, () => byId("single-keys").checked);
  byId("single-keys").checked = read("single-keys", true);
  byId("single-keys").addEventListener("change", () => write("single-keys", byId("single-keys").checked));
  toZone(read("zone", "own"));
  status.start();
}

async function follow() {
  const forever = new AbortController().signal;
  let pass = () => {};
  const feed = new Feed({
    ...config,
    take: (events, facts) => {
      pass({ events, facts });
      take(events, facts);
    },
    tell: (state) => {
      pass({ state });
      status.tell(state);
    },
  });
  const hear = (events, facts) => {
    feed.cursor = events.at(-1)?.[0] || feed.cursor;
    take(events, facts);
  };
  const tell = (state) => {
    if (state.cursor && feed.cursor) feed.cursor = state.cursor;
    status.tell(state);
  };
  const begun = feed.begin(forever).then(
    () => {
      byId("latest").hidden = true;
      draw();
    },
    () => status.tell({ name: "reconnecting" }),
  );
  await share({
    name: `dateline-terminal ${config.query}`,
    lead: async (send) => {
      await begun;
      pass = send;
      await feed.lead(forever);
    },
    hear,
    tell,
  });
}

start();
document.body.dataset.ready = "";
follow();
