// Draws the curve of a report from the table in the page; the table stays (every chart has its table).
/* global Plot */

const PALETTE = ["var(--accent)", "var(--good)", "var(--waiting)", "var(--bad)", "var(--soft)"];
const DASHES = ["none", "6 3", "2 3", "8 3 2 3", "1 2"];

// Rows of `channel, ms, accepted`, as numbers.
function points(table) {
  return [...table.tBodies[0].rows].map((row) => ({
    channel: row.cells[0].textContent.trim(),
    seconds: Number(row.cells[1].dataset.value) / 1000,
    accepted: Number(row.cells[2].dataset.value),
  }));
}

// One channel's line: nothing at the lift, then what the table says.
function line(rows, channel) {
  return [{ channel, seconds: 0, accepted: 0 }, ...rows.filter((row) => row.channel === channel)];
}

function swatches(channels) {
  const list = document.createElement("div");
  list.className = "plot-swatches";
  channels.forEach((channel, n) => {
    const item = document.createElement("span");
    item.className = "swatch";
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("viewBox", "0 0 26 10");
    svg.setAttribute("aria-hidden", "true");
    const line = document.createElementNS("http://www.w3.org/2000/svg", "line");
    for (const [name, value] of Object.entries({ x1: 0, x2: 26, y1: 5, y2: 5, "stroke-width": 2.5 })) {
      line.setAttribute(name, value);
    }
    line.setAttribute("stroke", PALETTE[n % PALETTE.length]);
    line.setAttribute("stroke-dasharray", DASHES[n % DASHES.length]);
    svg.append(line);
    item.append(svg, channel);
    list.append(item);
  });
  return list;
}

function draw(figure) {
  const table = document.querySelector(`[data-plot-table="${figure.dataset.plot}"]`);
  if (!table || typeof Plot === "undefined") return;
  const rows = points(table);
  const channels = [...new Set(rows.map((row) => row.channel))];
  const plot = Plot.plot({
    className: "curve",
    width: Math.min(880, figure.parentElement.clientWidth),
    height: 320,
    marginLeft: 70,
    marginBottom: 40,
    ariaLabel: table.caption?.textContent || "",
    x: { label: figure.dataset.x, grid: true, zero: true },
    y: { label: figure.dataset.y, grid: true, zero: true },
    marks: [
      Plot.ruleY([0]),
      ...channels.map((channel, n) =>
        Plot.lineY(line(rows, channel), {
          x: "seconds",
          y: "accepted",
          curve: "step-after",
          stroke: PALETTE[n % PALETTE.length],
          strokeDasharray: DASHES[n % DASHES.length],
          strokeWidth: 2,
        }),
      ),
    ],
  });
  // Plot brings a style element of its own, which the content policy refuses; desk.css holds what is needed.
  for (const style of plot.querySelectorAll("style")) style.remove();
  // One picture with one name: the parts' own labels are not allowed on plain groups.
  for (const part of plot.querySelectorAll("[aria-label], [aria-description]")) {
    part.removeAttribute("aria-label");
    part.removeAttribute("aria-description");
  }
  plot.setAttribute("role", "img");
  figure.hidden = false;
  figure.replaceChildren(swatches(channels), plot);
}

document.querySelectorAll("figure[data-plot]").forEach(draw);
