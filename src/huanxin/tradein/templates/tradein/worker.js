{% load static %}// The till without network. It gives out what keep.js put by, for the till's own page and its styles and
// scripts alone, and only where the network gives no answer; it keeps nothing itself.
const TILL = "{% url 'tradein:till' %}";
const PAGE = "{% url 'tradein:till_kept' %}";
const PARTS = "{% get_static_prefix %}";
const CACHE = "{{ cache }}";

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (address.origin !== self.location.origin) return;
  if (request.mode === "navigate" && address.pathname === TILL) event.respondWith(answered(request, PAGE));
  else if (request.method === "GET" && address.pathname.startsWith(PARTS)) event.respondWith(answered(request, request));
});

async function answered(request, kept) {
  try {
    return await fetch(request);
  } catch {
    const cache = await caches.open(CACHE);
    return (await cache.match(kept)) || Response.error();
  }
}
