// The text beside the list: the newsroom's own page of the release, its article alone.

import { directionOf, fullTime } from "./formats.js";
import { byId, make, number, words } from "./page.js";
import { edition, notice } from "./store.js";

export class Pane {
  row = null;
  #asked = null;

  constructor({ wanted, delay, closed }) {
    Object.assign(this, { wanted, delay, closed });
    this.element = byId("pane");
    this.element.addEventListener("click", (event) => this.#clicked(event));
  }

  get open() {
    return this.row !== null;
  }

  // Opens a row's text in the wanted language; draws it anew after a change.
  async show(row, { focus = false } = {}) {
    this.row = row;
    this.element.hidden = false;
    document.body.classList.add("reading");
    this.#asked?.abort();
    const head = this.#head(row);
    const shown = edition(row, this.wanted());
    if (row.state === "killed" || !shown) {
      this.element.replaceChildren(head, this.#notice(row));
    } else {
      this.element.replaceChildren(head, this.#preview(shown), make("p", "hint", words("loading")));
      if (focus) this.element.focus();
      await this.#load(row, shown, head);
    }
    if (focus) this.element.focus();
  }

  again() {
    if (this.row) this.show(this.row);
  }

  close() {
    if (!this.row) return;
    this.#asked?.abort();
    this.row = null;
    this.element.hidden = true;
    this.element.replaceChildren();
    document.body.classList.remove("reading");
    this.closed();
  }

  #head(row) {
    const head = make("div", "pane-head");
    const times = make("p", "times");
    times.append(`${words("published")} `, time(row.at));
    if (row.changedAt > row.at) times.append(" → ", time(row.changedAt));
    if (row.receivedAt) times.append(` · ${words("received")} `, time(row.receivedAt));
    const delay = this.delay(row);
    if (delay !== null) times.append(` · ${words("delay", { ms: number(Math.round(delay)) })}`);
    const close = make("button", "quiet", words("close"));
    close.type = "button";
    close.dataset.close = "";
    head.append(close, times);
    return head;
  }

  #notice(row) {
    const said = notice(row, this.wanted());
    const part = make("div", "notice bad");
    const reason = make("p", "", said.text);
    if (said.language) {
      reason.lang = said.language;
      reason.dir = directionOf(said.language);
    }
    part.append(make("p", "", words("notice.kill")), reason);
    return part;
  }

  #preview(shown) {
    const part = make("div", "preview");
    part.lang = shown.language;
    part.dir = directionOf(shown.language);
    part.append(make("h2", "headline", shown.headline), make("p", "", shown.summary));
    return part;
  }

  async #load(row, shown, head) {
    this.#asked = new AbortController();
    const { signal } = this.#asked;
    // Any word in front of the id leads to the page's own address.
    const path = shown.url ? new URL(shown.url, location.origin).pathname : `/${shown.language}/x-${row.release}/`;
    try {
      const answer = await fetch(path, { signal });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const article = page.querySelector("article.release");
      if (!article) throw new Error(`no text at ${path}`);
      if (signal.aborted || this.row !== row || row.state === "killed") return;
      this.element.replaceChildren(head, this.#dressed(document.importNode(article, true), path));
    } catch {
      if (signal.aborted) return;
      this.element.replaceChildren(head, this.#preview(shown), make("p", "hint", words("unreadable")));
    }
  }

  #dressed(article, path) {
    for (const part of article.querySelectorAll("[id]")) part.removeAttribute("id");
    const title = article.querySelector("h1");
    if (title) {
      const second = make("h2", title.className);
      second.append(...title.childNodes);
      title.replaceWith(second);
    }
    // The page has a choice of languages of its own; this one is part of the text.
    const languages = article.querySelector("nav.languages");
    if (languages) {
      const group = make("div", "languages");
      group.setAttribute("role", "group");
      group.setAttribute("aria-label", languages.getAttribute("aria-label"));
      group.append(...languages.childNodes);
      languages.replaceWith(group);
    }
    for (const link of article.querySelectorAll("a[href]")) {
      link.target = "_blank";
      link.rel = "noopener";
    }
    const whole = make("a", "", words("open-page"));
    Object.assign(whole, { href: path, target: "_blank", rel: "noopener" });
    const last = make("p", "meta");
    last.append(whole);
    article.append(last);
    return article;
  }

  #clicked(event) {
    if (event.target.closest("[data-close]")) this.close();
    const link = event.target.closest(".languages a[hreflang]");
    if (!link || !this.row || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    this.#asked?.abort();
    const known = this.row.editions.get(link.hreflang) ?? { headline: "", summary: "" };
    this.#load(this.row, { ...known, language: link.hreflang, url: link.href }, this.#head(this.row));
  }
}

function time(at) {
  const part = make("time", "", fullTime(at));
  part.dateTime = new Date(at).toISOString();
  return part;
}
