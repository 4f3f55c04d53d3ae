// Counts <time data-countdown datetime="..."> down to its instant; the absolute time stands beside it in the page.
// Not a live region: a voice each second would drown everything else. `data-done` is shown at the end.
(() => {
  const two = (n) => String(n).padStart(2, "0");
  const unit = { style: "unit", unit: "day", unitDisplay: "short", numberingSystem: "latn" };
  const whole = new Intl.NumberFormat(document.documentElement.lang || "en", unit);

  function left(seconds) {
    const days = Math.floor(seconds / 86400);
    const hours = Math.floor(seconds / 3600) % 24;
    const clock = [hours, Math.floor(seconds / 60) % 60, seconds % 60].map(two).join(":");
    return days > 0 ? `${whole.format(days)} ${clock}` : clock;
  }

  function tick() {
    for (const time of document.querySelectorAll("time[data-countdown][datetime]")) {
      const seconds = Math.ceil((new Date(time.dateTime) - Date.now()) / 1000);
      const words = seconds > 0 ? left(seconds) : time.dataset.done || left(0);
      if (time.textContent !== words) time.textContent = words;
    }
  }

  tick();
  setInterval(tick, 250);
})();
