// The list: of thousands of rows only those in sight are in the page. New rows come in above without moving what
// is being read.

import { emptyRow, fillRow } from "./row.js";
import { placeOf, windowOf } from "./window.js";

export class List {
  #rows = [];
  #drawn = new Map();
  #free = [];
  #height = 28;
  #anchor = null;
  #seen = -1;
  active = null;
  reading = false;

  constructor({ scroll, list, wanted, moved, opened }) {
    Object.assign(this, { scroll, list, wanted, moved, opened });
    scroll.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    list.addEventListener("click", (event) => this.#clicked(event));
    new ResizeObserver(() => this.redraw()).observe(scroll);
    this.measure();
  }

  // Whether new rows may show themselves: the reader is at the top and busy with nothing.
  get following() {
    return this.scroll.scrollTop < this.#height / 2 && !this.reading && !(this.active && this.#focused);
  }

  get #focused() {
    return this.list.contains(document.activeElement);
  }

  // Rows that came above what is being read.
  get unseen() {
    let count = 0;
    for (let n = this.#rows.length - 1; n >= 0 && this.#rows[n].order > this.#seen; n -= 1) count += 1;
    return count;
  }

  measure() {
    const probe = emptyRow();
    probe.className = "row";
    this.list.append(probe);
    this.#height = probe.offsetHeight || this.#height;
    probe.remove();
  }

  show(rows) {
    const following = this.following;
    this.#rows = rows;
    this.list.style.height = `${rows.length * this.#height}px`;
    if (following || this.#anchor === null) {
      this.#follow();
    } else {
      const index = this.#indexOf(this.#anchor.order);
      this.scroll.scrollTop = index * this.#height + this.#anchor.past;
    }
    this.draw();
  }

  #follow() {
    this.scroll.scrollTop = 0;
    this.#seen = this.#rows.at(-1)?.order ?? -1;
    this.#mark();
  }

  // Of the row with this order, counted from the newest.
  #indexOf(order) {
    return Math.max(0, Math.min(this.#rows.length - 1, this.#rows.length - 1 - placeOf(this.#rows, order)));
  }

  #mark() {
    const index = Math.floor(this.scroll.scrollTop / this.#height);
    const row = this.#rows[this.#rows.length - 1 - index];
    this.#anchor = row ? { order: row.order, past: this.scroll.scrollTop - index * this.#height } : null;
    if (row) this.#seen = Math.max(this.#seen, row.order);
  }

  #scrolled() {
    this.#mark();
    this.draw();
    this.moved();
  }

  newest() {
    this.scroll.scrollTop = 0;
    this.select(this.#rows.at(-1) ?? null);
    if (!this.reading) this.active = null;
    this.#follow();
    this.draw();
    this.moved();
  }

  // After another zone, language or size: every row anew.
  redraw() {
    this.measure();
    for (const element of this.#drawn.values()) element.revision = "";
    this.show(this.#rows);
  }

  draw() {
    const count = this.#rows.length;
    const [first, last] = windowOf({
      top: this.scroll.scrollTop, height: this.scroll.clientHeight, row: this.#height, count,
    });
    const wanted = new Set();
    for (let index = first; index < last; index += 1) wanted.add(this.#rows[count - 1 - index].release);
    for (const [release, element] of this.#drawn) {
      if (wanted.has(release)) continue;
      this.#drawn.delete(release);
      this.#free.push(element);
    }
    for (let index = first; index < last; index += 1) this.#place(index, index - first, count);
    for (const element of this.#free.splice(0)) element.remove();
    const active = this.active && this.#drawn.has(this.active.release) ? `row-${this.active.release}` : "";
    if (active) this.list.setAttribute("aria-activedescendant", active);
    else this.list.removeAttribute("aria-activedescendant");
  }

  #place(index, position, count) {
    const row = this.#rows[count - 1 - index];
    const element = this.#drawn.get(row.release) ?? this.#free.pop() ?? emptyRow();
    this.#drawn.set(row.release, element);
    const revision = `${row.release} ${row.revision} ${row.alert} ${row.watched}`;
    if (element.revision !== revision) {
      fillRow(element, row, this.wanted(row));
      element.revision = revision;
    }
    element.style.transform = `translateY(${index * this.#height}px)`;
    element.setAttribute("aria-posinset", index + 1);
    element.setAttribute("aria-setsize", count);
    element.setAttribute("aria-selected", row === this.active);
    const there = this.list.children[position];
    if (there !== element) this.list.insertBefore(element, there ?? null);
  }

  // The rows in sight, for headlines that are missing.
  get sight() {
    return [...this.#drawn.keys()];
  }

  move(step) {
    if (this.#rows.length === 0) return;
    const top = Math.floor(this.scroll.scrollTop / this.#height);
    const index = this.active ? this.#indexOf(this.active.order) + step : top;
    const bounded = Math.max(0, Math.min(this.#rows.length - 1, index));
    this.select(this.#rows[this.#rows.length - 1 - bounded]);
  }

  page(direction) {
    this.move(direction * Math.max(1, Math.floor(this.scroll.clientHeight / this.#height) - 1));
  }

  end() {
    this.select(this.#rows[0] ?? null);
  }

  select(row) {
    this.active = row;
    if (row) this.#intoSight(this.#indexOf(row.order));
    this.#mark();
    this.draw();
    this.moved();
  }

  #intoSight(index) {
    const top = index * this.#height;
    const bottom = top + this.#height - this.scroll.clientHeight;
    if (this.scroll.scrollTop > top) this.scroll.scrollTop = top;
    else if (this.scroll.scrollTop < bottom) this.scroll.scrollTop = bottom;
  }

  #clicked(event) {
    const element = event.target.closest(".row");
    const row = element && this.#rows.find((one) => `row-${one.release}` === element.id);
    if (!row) return;
    this.select(row);
    this.opened(row);
  }
}
