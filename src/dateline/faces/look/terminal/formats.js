// Instants to the millisecond in the zone that the reader chose.

import { config } from "./page.js";

const LOCALE = `${config.language}-u-nu-latn`;
export const ownZone = Intl.DateTimeFormat().resolvedOptions().timeZone;
let zone = "UTC";
let clock;
let day;
let full;

export function setZone(name) {
  zone = name === "UTC" ? "UTC" : ownZone;
  const hours = { hour: "2-digit", minute: "2-digit", second: "2-digit", fractionalSecondDigits: 3, hourCycle: "h23" };
  clock = new Intl.DateTimeFormat("en-GB", { ...hours, timeZone: zone });
  day = new Intl.DateTimeFormat(LOCALE, { month: "short", day: "numeric", timeZone: zone });
  full = new Intl.DateTimeFormat(LOCALE, {
    year: "numeric", month: "short", day: "numeric", ...hours, timeZone: zone, timeZoneName: "short",
  });
}

export const clockTime = (at) => clock.format(at);
export const fullTime = (at) => full.format(at);

// The day, unless it is today's.
export function dayBefore(at) {
  const shown = day.format(at);
  return shown === day.format(Date.now()) ? "" : shown;
}

export const directionOf = (language) =>
  /^(ar|he|fa|ur|ps|sd|ug|yi|dv|ckb)(-|$)/.test(language) && !language.includes("Latn") ? "rtl" : "ltr";

setZone("own");
