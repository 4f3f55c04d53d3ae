// ISINs (ISO 6166) and tickers by their form.

const ISIN = /^[A-Z]{2}[A-Z0-9]{9}[0-9]$/;
const TICKER = /^(?:[A-Z0-9]{1,10}:)?[A-Z0-9][A-Z0-9.\-/]{0,14}$/;

// Letters as two digits, then Luhn over all of them (ISO 6166, annex A).
export function isIsin(text) {
  if (!ISIN.test(text)) return false;
  const digits = [...text].map((char) => parseInt(char, 36).toString()).join("");
  let sum = 0;
  for (let n = 0; n < digits.length; n += 1) {
    const digit = Number(digits[digits.length - 1 - n]) * (n % 2 === 1 ? 2 : 1);
    sum += digit > 9 ? digit - 9 : digit;
  }
  return sum % 10 === 0;
}

export const looksLikeIsin = (text) => /^[A-Z]{2}[A-Z0-9]{10}$/.test(text);
export const isTicker = (text) => TICKER.test(text);
