// The countdown to a round, by the server's clock; how many vouchers are left, asked every few seconds.
const EVERY_MS = 5000;

for (const panel of document.querySelectorAll("[data-tradein-round]")) watch(panel);

function watch(panel) {
  const section = panel.closest("section");
  const count = panel.querySelector("[data-countdown]");
  const left = panel.querySelector("[data-left]");
  if (!count) return;
  let ahead = new Date(panel.dataset.now) - Date.now();
  const opens = new Date(panel.dataset.opens);
  const toGo = () => opens - (Date.now() + ahead);
  let wasClosed = toGo() > 0;

  function tick() {
    const ms = toGo();
    count.hidden = ms <= 0;
    for (const button of section.querySelectorAll("[data-take]")) button.disabled = ms > 0;
    if (ms > 0) count.textContent = clock(ms);
    if (ms <= 0 && wasClosed) { wasClosed = false; ask(); }
  }

  async function ask() {
    try {
      const state = await (await fetch(panel.dataset.tradeinRound, { headers: { Accept: "application/json" } })).json();
      ahead = new Date(state.now) - Date.now();
      if (left) left.textContent = state.n_left.toLocaleString();
      for (const waiting of section.querySelectorAll("[data-waiting]")) waiting.textContent = state.n_waiting || "";
      panel.querySelector("[data-offline]").hidden = true;
    } catch {
      panel.querySelector("[data-offline]").hidden = false;
    }
  }

  tick();
  setInterval(tick, 250);
  // A little apart, so that not everybody asks in the same moment.
  setInterval(() => { if (!document.hidden) ask(); }, EVERY_MS + Math.random() * EVERY_MS);
}

function clock(ms) {
  const s = Math.ceil(ms / 1000);
  const two = (n) => String(n).padStart(2, "0");
  return `${two(Math.floor(s / 3600))}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`;
}
