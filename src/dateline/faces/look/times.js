// Puts the reader's own time beside each instant that is written in UTC. Without scripts UTC stands alone.
(() => {
  const own = new Intl.DateTimeFormat(document.documentElement.lang || undefined, {
    month: "short",
    day: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    timeZoneName: "short",
  });
  const inUtc = new Date().getTimezoneOffset() === 0;

  function beside(time) {
    const at = new Date(time.dateTime);
    if (inUtc || Number.isNaN(at.valueOf())) return;
    const note = document.createElement("bdi");
    note.className = "own-time";
    note.textContent = own.format(at);
    time.after(" (", note, ")");
  }

  document.querySelectorAll("time[data-own][datetime]").forEach(beside);
})();
