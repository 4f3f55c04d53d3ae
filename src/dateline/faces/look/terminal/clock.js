// How far this machine's clock is off the server's: the sample with the shortest way there and back.

// From [{sent, server, got}] in ms: {offset, error}; offset > 0 means that our clock is ahead.
export function estimate(samples) {
  const best = samples.reduce((one, other) => (way(other) < way(one) ? other : one));
  return { offset: (best.sent + best.got) / 2 - best.server, error: way(best) / 2 };
}

const way = (sample) => sample.got - sample.sent;

export async function measure(address, count = 5) {
  const samples = [];
  for (let n = 0; n < count; n += 1) {
    const sent = Date.now();
    const start = performance.now();
    const answer = await fetch(address, { cache: "no-store" });
    const got = sent + (performance.now() - start);
    const { now } = await answer.json();
    // The first one also pays for the connection.
    if (n > 0 || count === 1) samples.push({ sent, server: now, got });
  }
  return estimate(samples);
}

export function median(values) {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}
