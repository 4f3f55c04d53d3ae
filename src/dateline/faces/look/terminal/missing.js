// Headlines that the stream did not bring, because it is filtered by language: asked for lines in sight only.

import { config } from "./page.js";
import { lend } from "./store.js";

const REST_MS = 300;

export class Missing {
  #asked = new Set();
  #timer = null;

  constructor({ store, list }) {
    Object.assign(this, { store, list });
  }

  // Soon, for all of them at once; `language` may be "original".
  look(language) {
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      this.#fetch(language);
    }, REST_MS);
  }

  async #fetch(language) {
    const releases = this.list.sight.filter((release) => this.#lacks(this.store.get(release), language));
    if (releases.length === 0) return;
    for (const release of releases) this.#asked.add(keyOf(this.store.get(release), language));
    try {
      const answer = await fetch(`${config.headlines}?language=${language}&release=${releases.join(",")}`);
      for (const [release, found] of Object.entries(await answer.json())) {
        const row = this.store.get(release);
        if (row) lend(row, found);
      }
    } catch {
      return; // what is here stays; the next change of a row asks again
    }
    this.list.draw();
  }

  #lacks(row, language) {
    if (!row || row.state === "killed") return false;
    const wanted = language === "original" ? row.facts.original_language : language;
    return row.languages.includes(wanted) && !row.editions.has(wanted) && !this.#asked.has(keyOf(row, language));
  }
}

const keyOf = (row, language) => `${language} ${row.release} ${row.version}`;
