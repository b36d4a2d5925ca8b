/**
 * Lets the scoring page of a round open without a network: that page and what it is made of, and
 * nothing else. Other pages of signed-in people pass through and are never kept.
 *
 * The page itself says what it needs (`keep`, sent by rounds.js); each round has a cache of its
 * own, replaced as a whole. The sign-in page lets go of all of them (app.js), so that what one
 * person saw isn't shown to the next.
 */

const PREFIX = "moralbank-round ";
const SLOW_MS = 5000;
const SCOPE = new URL(self.registration.scope).pathname;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

/** Whether this is the address of a round's scoring page. */
function isScorePage(url) {
  return (
    url.origin === self.location.origin &&
    url.pathname.startsWith(SCOPE) &&
    /^\d+\/score$/.test(url.pathname.slice(SCOPE.length))
  );
}

/** Keep a page and its parts, all of them or none; what stood in its cache before goes. */
async function keep({ page, assets }) {
  const wanted = [page, ...assets];
  const answers = await Promise.all(
    wanted.map((address) => fetch(address, { credentials: "same-origin", redirect: "error" })),
  );
  if (!answers.every((answer) => answer.ok)) throw new Error("not all could be had");
  const cache = await caches.open(PREFIX + new URL(page).pathname);
  await Promise.all(wanted.map((address, place) => cache.put(address, answers[place])));
  for (const request of await cache.keys()) {
    if (!wanted.includes(request.url)) await cache.delete(request);
  }
}

self.addEventListener("message", (event) => {
  if (event.data?.act !== "keep" || !isScorePage(new URL(event.data.page))) return;
  const answer = (ready) => event.ports[0]?.postMessage({ ready });
  event.waitUntil(
    keep(event.data).then(
      () => answer(true),
      () => answer(false),
    ),
  );
});

/** The page from the network, or as it was kept where that takes too long or fails. */
async function page(request) {
  const kept = await caches.match(new URL(request.url).pathname, { ignoreSearch: true });
  const asked = fetch(request);
  if (!kept) return asked;
  const slow = new Promise((resolve) => setTimeout(resolve, SLOW_MS));
  try {
    const answer = await Promise.race([asked, slow]);
    // A proxy whose server is down answers, too: then the page is as good as offline.
    return answer && answer.status < 500 ? answer : kept;
  } catch {
    return kept;
  }
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (request.mode === "navigate") {
    if (isScorePage(url)) event.respondWith(page(request));
    return;
  }
  // Parts are named with their version: what was kept under this very address is right.
  if (["script", "style", "image", "font"].includes(request.destination)) {
    event.respondWith(caches.match(request).then((found) => found ?? fetch(request)));
  }
});
