// The watchlist: tickers and ISINs of a file that never leaves this browser.

import { watchlistOf } from "./csv.js";
import { notKept } from "./dialogs.js";
import { read, write } from "./keep.js";
import { byId, make, number, words } from "./page.js";

const NAME = "watchlist";
const MOST_FAULTS = 20;

export class Watchlist {
  values = new Set(read(NAME, []));

  constructor({ changed, view }) {
    Object.assign(this, { changed, view });
  }

  start() {
    byId("watchlist").addEventListener("opening", () => this.#fill([]));
    byId("watch-file").addEventListener("change", () => this.#load());
    byId("watch-only").addEventListener("change", () => this.#only(byId("watch-only").checked));
    byId("watch-clear").addEventListener("click", () => {
      this.#keep([]);
      this.#only(false);
      this.#fill([]);
    });
  }

  reload() {
    this.values = new Set(read(NAME, []));
    this.changed();
  }

  async #load() {
    const [file] = byId("watch-file").files;
    if (!file) return;
    const { values, faults } = watchlistOf(await file.text());
    byId("watch-file").value = "";
    // A file without a single good line leaves the list as it was.
    if (values.length > 0) this.#keep(values);
    this.#fill(faults);
  }

  #keep(values) {
    if (!write(NAME, values)) notKept();
    this.values = new Set(values);
    this.changed();
  }

  #only(on) {
    this.view.watchOnly = on;
    if (!write("watch-only", on)) notKept();
    this.changed();
  }

  #fill(faults) {
    byId("watch-count").textContent = words("watch-count", { count: number(this.values.size) });
    byId("watch-only").checked = this.view.watchOnly;
    byId("watch-only").disabled = this.values.size === 0 && !this.view.watchOnly;
    byId("watch-clear").hidden = this.values.size === 0;
    byId("watch-faults").hidden = faults.length === 0;
    const shown = faults.slice(0, MOST_FAULTS).map(({ line, kind, value }) =>
      make("li", "", words(`watch-${kind}`, { line: number(line), value, count: value })));
    if (faults.length > MOST_FAULTS) shown.push(make("li", "", `… +${number(faults.length - MOST_FAULTS)}`));
    byId("watch-faults").querySelector("ul").replaceChildren(...shown);
  }
}
