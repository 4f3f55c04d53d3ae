// Which rows are shown: all that came, less what this page leaves out (search, muted issuers, watchlist only).

import { read, write } from "./keep.js";
import { containsAll, foldedOf } from "./match.js";

export class View {
  question = "";
  watchOnly = read("watch-only", false);
  #muted = new Map(read("muted", []));

  constructor(store) {
    this.store = store;
  }

  get narrowed() {
    return this.question !== "" || this.watchOnly || this.#muted.size > 0;
  }

  get muted() {
    return [...this.#muted];
  }

  mute({ slug, name }) {
    this.#muted.set(slug, name);
    write("muted", this.muted);
  }

  unmute(slug) {
    this.#muted.delete(slug);
    write("muted", this.muted);
  }

  reload() {
    this.#muted = new Map(read("muted", []));
    this.watchOnly = read("watch-only", false);
  }

  // A list of its own: the store grows while the one on the screen is scrolled.
  rows() {
    return this.narrowed ? this.store.rows.filter((row) => this.takes(row)) : [...this.store.rows];
  }

  takes(row) {
    if (this.#muted.has(row.facts.issuer.slug)) return false;
    if (this.watchOnly && !row.watched) return false;
    return this.question === "" || containsAll(foldedOf(row), this.question);
  }
}
