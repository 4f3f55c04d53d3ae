// Releases as rows, oldest first; several events of a release fold into its one row, where it stands.

export class Store {
  rows = [];
  #byRelease = new Map();
  #order = 0;

  // `most` rows are kept, of each the editions in `languages` (null: all) and the original. With `strict`,
  // notices about releases that are not here are left out: a filter on words cannot tell whether they were.
  constructor({ most, strict = false, languages = null }) {
    this.most = most;
    this.strict = strict;
    this.languages = languages;
  }

  get(release) {
    return this.#byRelease.get(release);
  }

  // {row, kind: "added" | "changed"}, or null for what is known already or overtaken.
  take(event, receivedAt = null) {
    const row = this.#byRelease.get(event.release);
    if (row) return change(row, event, receivedAt, this.languages) ? { row, kind: "changed" } : null;
    const notice = event.type === "killed" || event.type === "withdrawn";
    if (notice && this.strict) return null;
    const added = begin(event, receivedAt, this.#order++);
    change(added, event, receivedAt, this.languages);
    this.rows.push(added);
    this.#byRelease.set(added.release, added);
    while (this.rows.length > this.most) this.#byRelease.delete(this.rows.shift().release);
    return { row: added, kind: "added" };
  }
}

function begin(event, receivedAt, order) {
  return {
    release: event.release,
    order,
    at: Date.parse(event.at),
    changedAt: Date.parse(event.at),
    receivedAt,
    version: 0,
    state: "released",
    facts: event,
    languages: [],
    editions: new Map(),
    notices: new Map(),
    ids: new Set(),
    alert: "",
    watched: false,
    revision: 0,
    folded: null,
  };
}

function change(row, event, receivedAt, languages) {
  if (row.ids.has(event.id)) return false;
  row.ids.add(event.id);
  const killed = row.state === "killed";
  // Nothing brings a killed text back but a newer version; nothing old overtakes a new one.
  if (killed && event.type !== "killed" && event.version <= row.version) return false;
  const known = row.editions.get(event.language);
  if (known && known.version > event.version) return false;
  row.version = Math.max(row.version, event.version);
  row.changedAt = Math.max(row.changedAt, Date.parse(event.at));
  row.receivedAt ??= receivedAt;
  row.revision += 1;
  row.folded = null;
  for (const language of event.languages) if (!row.languages.includes(language)) row.languages.push(language);
  if (event.type === "killed") kill(row, event);
  else if (event.type === "withdrawn") withdraw(row, event);
  else put(row, event, languages);
  return true;
}

// No word of the text stays in this page.
function kill(row, event) {
  row.state = "killed";
  row.editions.clear();
  row.facts = { ...event, headline: "", summary: "" };
  row.notices.set(event.language, event.reason || "");
}

function withdraw(row, event) {
  row.state = "withdrawn";
  row.notices.set(event.language, event.reason || "");
  if (!row.editions.has(event.language)) put(row, event, null);
}

function put(row, event, languages) {
  row.facts = event;
  const { language, version, headline, summary, url, translation } = event;
  const asked = languages === null || languages.includes(language) || language === event.original_language;
  if (asked || row.editions.size === 0 || row.editions.has(language)) {
    row.editions.set(language, { language, version, headline, summary, url, translation });
  }
  if (event.type === "corrected") {
    row.state = "corrected";
    row.notices.set(event.language, event.reason || "");
  } else if (row.state === "killed") {
    row.state = "released";
  }
}

// A headline fetched because the stream did not bring it in this language.
export function lend(row, { language, version, headline, summary }) {
  if (row.state === "killed" || version < row.version || row.editions.has(language)) return;
  row.editions.set(language, { language, version, headline, summary, url: "", translation: null });
  row.revision += 1;
  row.folded = null;
}

// The edition to show: the first of the wanted languages that is here, else the original, else any. Null when
// there is no text.
export function edition(row, wanted) {
  for (const language of [...wanted, row.facts.original_language]) {
    const found = row.editions.get(language);
    if (found) return found;
  }
  return row.editions.values().next().value ?? null;
}

// What was said about the row's state, in the best language there is.
export function notice(row, wanted) {
  for (const language of [...wanted, row.facts.original_language]) {
    if (row.notices.has(language)) return { language, text: row.notices.get(language) };
  }
  const first = row.notices.entries().next().value;
  return first ? { language: first[0], text: first[1] } : { language: "", text: "" };
}
