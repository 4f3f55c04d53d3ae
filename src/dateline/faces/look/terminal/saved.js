// Saved searches: names for questions, kept in the account of who is signed in, else in this browser; 1 to 9
// open them.

import { notKept } from "./dialogs.js";
import { read, write } from "./keep.js";
import { byId, config, make, words } from "./page.js";

const MOST = 50;
const NAME = "saved";

// null: nobody is signed in. An account without any takes along those of the browser.
let account = config.account?.length === 0 ? read(NAME, []) : config.account;

export const all = () => account ?? read(NAME, []);

// Adds or replaces by name.
export const withSearch = (list, name, query) =>
  [...list.filter((one) => one.name !== name), { name, query }].slice(-MOST);

const addressOf = (query) => (query ? `${config.home}?${query}` : config.home);

export function go(number) {
  const found = all()[number - 1];
  if (found) location.assign(addressOf(found.query));
}

function draw() {
  const list = all();
  byId("saved-none").hidden = list.length > 0;
  byId("saved-list").replaceChildren(...list.map(({ name, query }) => {
    const item = make("li");
    const link = make("a", "", name);
    link.href = addressOf(query);
    link.dir = "auto";
    const what = make("span", "meta", decodeURIComponent(query) || words("everything"));
    what.dir = "auto";
    const drop = make("button", "quiet", "×");
    drop.type = "button";
    drop.setAttribute("aria-label", words("remove", { name }));
    drop.addEventListener("click", () => {
      keep(all().filter((one) => one.name !== name));
      byId("save-name").focus();
    });
    item.append(link, " ", what, " ", drop);
    return item;
  }));
}

async function keep(list) {
  if (account === null) {
    if (!write(NAME, list)) notKept();
    draw();
    return;
  }
  const before = account;
  account = list;
  draw();
  const kept = await sent(list);
  byId("saved-kept").textContent = words(kept ? "account-kept" : "account-failed");
  if (!kept) account = before;
  draw();
}

async function sent(list) {
  const headers = { "Content-Type": "application/json", "X-CSRFToken": config.token };
  try {
    const answer = await fetch(config.searches, { method: "PUT", headers, body: JSON.stringify({ searches: list }) });
    return answer.ok;
  } catch {
    return false;
  }
}

export function start() {
  byId("saved").addEventListener("opening", draw);
  byId("save-form").addEventListener("submit", (event) => {
    event.preventDefault();
    const name = byId("save-name").value.trim();
    if (!name) return;
    keep(withSearch(all(), name, config.query));
    byId("save-name").value = "";
  });
}
