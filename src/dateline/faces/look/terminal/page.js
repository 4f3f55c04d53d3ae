// What the server told the page, and short ways to its parts.

const told = document.getElementById("terminal-config");
export const config = JSON.parse(told.textContent);
export const byId = (id) => document.getElementById(id);

const counts = new Intl.NumberFormat(`${config.language}-u-nu-latn`);
// Without a minus before nothing.
export const number = (value) => counts.format(value + 0);

// A phrase in the reader's language, its {placeholders} filled.
export function words(key, values = {}) {
  return config.words[key].replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

// An element with its class and text.
export function make(tag, className = "", text = "") {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text) element.textContent = text;
  return element;
}
