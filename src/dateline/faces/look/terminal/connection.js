// Holds one line to an edge. fetch() instead of EventSource: a page that sees every byte can tell a quiet wire
// from a dead line, which EventSource hides.

import { Reader } from "./sse.js";

// An edge writes at least every two minutes, if only a comment.
const SILENCE_MS = 150_000;

export class Refused extends Error {
  constructor(status, retryAfterMs) {
    super(`the edge answered ${status}`);
    this.status = status;
    this.retryAfterMs = retryAfterMs;
  }
}

// Runs until the line ends; returns "reset" or "ended". Throws Refused for an answer that is no stream, and
// what fetch throws. `heard` is told of every piece, `frames` gets those that a piece completes.
export async function hold(address, { signal, opened, heard, frames }) {
  const own = new AbortController();
  const stop = () => own.abort();
  signal.addEventListener("abort", stop, { once: true });
  let watch = setTimeout(stop, SILENCE_MS);
  try {
    const answer = await fetch(address, { signal: own.signal, credentials: "omit", cache: "no-store" });
    if (!answer.ok || !(answer.headers.get("Content-Type") || "").startsWith("text/event-stream")) {
      throw new Refused(answer.status, seconds(answer.headers.get("Retry-After")));
    }
    opened();
    const reader = new Reader();
    const body = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    for (;;) {
      const { value, done } = await body.read();
      if (done) return "ended";
      clearTimeout(watch);
      watch = setTimeout(stop, SILENCE_MS);
      const found = reader.feed(value);
      const reset = found.findIndex((frame) => frame.event === "reset");
      frames((reset < 0 ? found : found.slice(0, reset)).filter((frame) => frame.event === "message"));
      // After the frames: whoever takes over from the place that is told now must have had them.
      heard(reader);
      if (reset >= 0) return "reset";
    }
  } finally {
    clearTimeout(watch);
    signal.removeEventListener("abort", stop);
    own.abort();
  }
}

function seconds(text) {
  return text && /^\d+$/.test(text) ? Number(text) * 1000 : 0;
}
