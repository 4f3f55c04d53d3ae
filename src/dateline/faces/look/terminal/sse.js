// Reads server-sent events (HTML, 9.2.6) from pieces of text as they come.

export class Reader {
  lastId = "";
  retryMs = null;
  #rest = "";
  #event = "";
  #data = [];
  #id = null;

  // The frames that this piece completes: [{id, event, data}]. Comments and blocks without data give none.
  feed(text) {
    const frames = [];
    const whole = this.#rest + text;
    // A lone CR at the end may be half of a CRLF.
    const end = whole.endsWith("\r") ? whole.length - 1 : whole.length;
    const lines = whole.slice(0, end).split(/\r\n|\n|\r/);
    this.#rest = lines.pop() + whole.slice(end);
    for (const line of lines) {
      if (line === "") this.#close(frames);
      else this.#line(line);
    }
    return frames;
  }

  #line(line) {
    const colon = line.indexOf(":");
    if (colon === 0) return;
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (name === "data") this.#data.push(value);
    else if (name === "event") this.#event = value;
    else if (name === "id" && !value.includes("\0")) this.#id = value;
    else if (name === "retry" && /^\d+$/.test(value)) this.retryMs = Number(value);
  }

  #close(frames) {
    if (this.#id !== null) this.lastId = this.#id;
    if (this.#data.length > 0) {
      frames.push({ id: this.lastId, event: this.#event || "message", data: this.#data.join("\n") });
    }
    this.#data = [];
    this.#event = "";
    this.#id = null;
  }
}
