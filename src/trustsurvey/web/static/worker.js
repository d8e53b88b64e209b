/* The page without a network, for who chose to keep the answers on the phone; comes after outbox.js. Pages that are kept are shown from
   the phone when the network is away or takes longer than four seconds; nothing else is touched. */
self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", event => event.waitUntil(self.clients.claim()));

const served = async request => {
  const path = new URL(request.url).pathname;
  const kept = self.caches && await caches.match(path, { ignoreVary: true });
  if (!kept) return fetch(request);
  const store = await caches.open("survey");
  const fresh = fetch(request).then(answer => {
    if (answer.ok) store.put(path, answer.clone());
    return answer;
  });
  const patience = new Promise(done => setTimeout(done, 4000, kept));
  return Promise.race([fresh, patience]).catch(() => kept);
};
self.addEventListener("fetch", event => {
  const { method, url } = event.request;
  if (method == "GET" && new URL(url).pathname.startsWith("/s/")) event.respondWith(served(event.request));
});
self.addEventListener("sync", event => event.waitUntil(flush()));
