// Keeps small things in this browser; where it allows none, until the page closes, and says so.

const PREFIX = "dateline.terminal.";
const memory = new Map();
let lasting = true;

export function read(name, otherwise) {
  try {
    const found = localStorage.getItem(PREFIX + name);
    return found === null ? otherwise : JSON.parse(found);
  } catch {
    return memory.has(name) ? memory.get(name) : otherwise;
  }
}

// False when it will be lost with the page.
export function write(name, value) {
  memory.set(name, value);
  try {
    localStorage.setItem(PREFIX + name, JSON.stringify(value));
  } catch {
    lasting = false;
  }
  return lasting;
}

// Other tabs keep things too.
export function onChange(listener) {
  addEventListener("storage", (event) => {
    if (event.key?.startsWith(PREFIX)) listener(event.key.slice(PREFIX.length));
  });
}
