// A watchlist from a CSV file (RFC 4180; commas, semicolons or tabs), without sending it anywhere.

import { isIsin, isTicker, looksLikeIsin } from "./isin.js";

export const MOST_LINES = 20_000;
const TICKER_NAMES = new Set(["ticker", "tickers", "symbol", "code"]);
const ISIN_NAMES = new Set(["isin", "isins"]);

// [{line, cells}] by line of the file, and the lines at which a quotation mark stays open.
export function records(text) {
  const body = text.replace(/^\uFEFF/, "");
  const separator = [",", ";", "\t"].map((char) => [char, body.split("\n", 1)[0].split(char).length])
    .reduce((one, other) => (other[1] > one[1] ? other : one))[0];
  const found = [];
  let cells = [""];
  let quoted = false;
  let line = 1;
  let start = 1;
  const close = () => {
    if (cells.some((cell) => cell.trim() !== "")) found.push({ line: start, cells: cells.map((cell) => cell.trim()) });
    cells = [""];
  };
  for (let n = 0; n < body.length; n += 1) {
    const char = body[n];
    if (char === "\n") line += 1;
    if (quoted) {
      if (char !== '"') cells[cells.length - 1] += char;
      else if (body[n + 1] === '"') {
        cells[cells.length - 1] += '"';
        n += 1;
      } else quoted = false;
    } else if (char === '"' && cells.at(-1).trim() === "") {
      quoted = true;
      cells[cells.length - 1] = "";
    } else if (char === separator) cells.push("");
    else if (char === "\n") {
      close();
      start = line;
    } else if (char !== "\r") cells[cells.length - 1] += char;
  }
  close();
  return { found, open: quoted ? start : 0 };
}

// {values: [...], faults: [{line, kind, value}]}: kinds `isin`, `ticker`, `quote`, `large`.
export function watchlistOf(text) {
  const { found, open } = records(text);
  if (found.length > MOST_LINES) return { values: [], faults: [{ line: 0, kind: "large", value: String(MOST_LINES) }] };
  const values = new Set();
  const faults = [];
  const columns = columnsOf(found[0]?.cells ?? []);
  for (const { line, cells } of columns ? found.slice(1) : found) {
    if (line === open) {
      faults.push({ line, kind: "quote", value: "" });
      continue;
    }
    for (const { at, kind } of columns ?? [{ at: 0, kind: "" }]) {
      const value = (cells[at] ?? "").toUpperCase();
      if (value === "") continue;
      const fault = faultOf(value, kind);
      if (fault) faults.push({ line, kind: fault, value: cells[at] });
      else values.add(value);
    }
  }
  return { values: [...values], faults };
}

function columnsOf(cells) {
  const found = cells.flatMap((cell, at) => {
    const name = cell.toLowerCase();
    if (TICKER_NAMES.has(name)) return [{ at, kind: "ticker" }];
    return ISIN_NAMES.has(name) ? [{ at, kind: "isin" }] : [];
  });
  return found.length > 0 ? found : null;
}

function faultOf(value, kind) {
  if (kind === "isin" || (kind === "" && looksLikeIsin(value))) return isIsin(value) ? "" : "isin";
  return isTicker(value) ? "" : "ticker";
}
