// Words in a release: for the search over the list, and for alerts.

export const fold = (text) => text.normalize("NFKC").toLowerCase();

// Everything of a row that a search looks at, folded once.
export function foldedOf(row) {
  if (row.folded === null) {
    const { issuer, tickers, isins, on_behalf_of: behalf, provider } = row.facts;
    const parts = [issuer.name, behalf || "", provider || "", ...tickers, ...isins];
    for (const one of row.editions.values()) parts.push(one.headline, one.summary);
    row.folded = fold(parts.join("\n"));
  }
  return row.folded;
}

// Every word of the question occurs.
export const containsAll = (folded, question) =>
  fold(question).split(/\s+/).filter(Boolean).every((word) => folded.includes(word));

// Scripts whose words stand between blanks and take no endings or prefixes of other words' kind.
const SPACED = /^[\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}\p{N}]$/u;
const LETTER = "[\\p{L}\\p{N}\\p{M}]";

// A test for one alert word: whole words in Latin, Cyrillic and Greek, anywhere else any place; a `*` at the end
// stands for any ending.
export function alertTest(word) {
  const open = word.endsWith("*");
  const text = fold(open ? word.slice(0, -1) : word).trim();
  if (!text) return () => false;
  const chars = [...text];
  const before = SPACED.test(chars[0]) ? `(?<!${LETTER})` : "";
  const after = !open && SPACED.test(chars.at(-1)) ? `(?!${LETTER})` : "";
  const literal = text.replace(/[.*+?^${}()|[\]\\/-]/g, "\\$&").replace(/\s+/g, "\\s+");
  const pattern = new RegExp(before + literal + after, "u");
  return (folded) => pattern.test(folded);
}

export function alertTests(list) {
  return list.map((word) => ({ word, test: alertTest(word) }));
}

// The first alert word in the row, or "".
export const alertIn = (tests, row) => tests.find(({ test }) => test(foldedOf(row)))?.word ?? "";

// Whether a watchlist names the row: `TSE:MNTX` is meant with or without its exchange.
export function watchedIn(watch, row) {
  const { tickers, isins } = row.facts;
  return (
    isins.some((isin) => watch.has(isin)) ||
    tickers.some((ticker) => watch.has(ticker.toUpperCase()) || watch.has(ticker.toUpperCase().split(":").pop()))
  );
}
