// One line of the list.

import { clockTime, dayBefore, directionOf } from "./formats.js";
import { make, words } from "./page.js";
import { edition, notice } from "./store.js";

const MARKS = { regulated: "■", priority: "▲", normal: "" };

export function emptyRow() {
  const element = make("div", "row");
  element.setAttribute("role", "option");
  const parts = {
    time: make("span", "time"),
    mark: make("span", "mark"),
    who: make("span", "who"),
    text: make("span", "text"),
    tongue: make("span", "tongue"),
  };
  parts.time.dir = "ltr";
  element.append(...Object.values(parts));
  element.parts = parts;
  return element;
}

export function fillRow(element, row, wanted) {
  const { time, mark, who, text, tongue } = element.parts;
  const { facts } = row;
  const shown = edition(row, wanted);
  element.id = `row-${row.release}`;
  element.className = `row ${row.state}${row.alert ? " alerted" : ""}${row.watched ? " watched" : ""}`;
  const day = dayBefore(row.at);
  time.replaceChildren(...(day ? [make("span", "day", day), " "] : []), clockTime(row.at));
  mark.replaceChildren(...marks(row));
  who.replaceChildren(...named(facts));
  text.replaceChildren(...tags(row, shown), headline(row, shown, wanted));
  const languages = row.state === "killed" ? [] : row.languages.filter((tag) => tag !== shown?.language);
  tongue.textContent = [shown?.language ?? "", languages.length > 0 ? `+${languages.length}` : ""].join(" ").trim();
  tongue.title = languages.length > 0 ? `${words("also")}: ${languages.join(" ")}` : "";
}

function sign(className, shown, said) {
  const part = make("span", className);
  const glyph = make("span", "", shown);
  glyph.setAttribute("aria-hidden", "true");
  part.append(glyph, make("span", "visually-hidden", `${said} `));
  part.title = said;
  return part;
}

function marks(row) {
  const found = [];
  const glyph = MARKS[row.facts.class];
  if (glyph) found.push(sign(`class-${row.facts.class}`, glyph, words(`class-${row.facts.class}`)));
  if (row.watched) found.push(sign("star", "★", words("watchlist")));
  if (row.alert) found.push(sign("bell", "◆", words("alert", { word: row.alert })));
  return found;
}

function named(facts) {
  const name = make("bdi", "", facts.issuer.name);
  name.title = facts.issuer.name;
  return [name, ...facts.tickers.flatMap((code) => {
    const ticker = make("bdi", "ticker", code);
    ticker.dir = "ltr";
    return [" ", ticker];
  })];
}

function tags(row, shown) {
  const found = [];
  const add = (key, className, values) => {
    const label = make("span", `label ${className}`.trim(), words(key, values));
    label.title = label.textContent;
    found.push(label);
  };
  if (row.state === "killed") add("label.kill", "bad");
  if (row.state === "withdrawn") add("label.withdrawn", "bad");
  if (row.state === "corrected") add("label.correction", "waiting");
  if (shown) {
    const { provider } = row.facts;
    for (const label of row.facts.labels) add(`label.${label}`, "", { provider: provider || "" });
    if (shown.translation?.kind === "machine") {
      add(shown.translation.reviewed_by ? "label.machine-checked" : "label.machine-translation", "soft");
    }
  }
  return found;
}

function headline(row, shown, wanted) {
  const said = notice(row, wanted);
  const text = shown ? shown.headline : `${words("notice.kill")} ${said.text}`.trim();
  const part = make("span", "headline-text", text);
  const language = shown ? shown.language : said.language;
  if (shown && language) {
    part.lang = language;
    part.dir = directionOf(language);
  }
  part.title = text;
  return part;
}
