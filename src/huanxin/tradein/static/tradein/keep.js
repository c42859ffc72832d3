// What the till needs is kept in the browser, so that a reload without network brings it back: its page
// without sales, and its styles and scripts. `tradein/worker.js` gives them out; leaving clears them (ui.js).
const form = document.querySelector("[data-tradein-till]");
if (form && "serviceWorker" in navigator && !("tillKept" in form.dataset)) {
  if (document.readyState === "complete") keep();
  else window.addEventListener("load", keep);
}

async function keep() {
  const { worker, tillPage, tillParts, tillCache, scanner } = form.dataset;
  await navigator.serviceWorker.register(worker);
  const loaded = performance.getEntriesByType("resource").map((entry) => entry.name);
  const named = [...document.querySelectorAll("link[href], script[src]")].map((part) => part.href || part.src);
  const absolute = (address) => new URL(address, location.href).href;
  const ours = (name) => name.startsWith(absolute(tillParts));
  const wanted = new Set([absolute(tillPage), absolute(scanner), ...[...loaded, ...named].filter(ours)]);
  const cache = await caches.open(tillCache);
  for (const address of wanted) {
    const answer = await fetch(address).catch(() => null);
    // Whoever is no longer logged in is led to the login page: that is no till.
    if (answer?.ok && !answer.redirected) await cache.put(address, answer);
  }
  for (const request of await cache.keys()) if (!wanted.has(request.url)) await cache.delete(request);
}
