/**
 * Lets the scoring page be opened without a network, where the browser allows it, and says in
 * plain words where it doesn't. What is kept and when it goes stands in service-worker.js.
 */

const root = document.querySelector("[data-walk]");
const words = JSON.parse(root.dataset.words);

/** Everything that this page is made of, by its address. */
function assets() {
  const parts = [
    ...[...document.querySelectorAll("link[rel='stylesheet'], link[rel='icon']")].map((link) => link.href),
    ...[...document.querySelectorAll("script[src]")].map((script) => script.src),
    new URL(root.dataset.store, location.href).href,
    new URL(root.dataset.doormaker, location.href).href,
    ...[...document.querySelectorAll("use")].map((use) => new URL(use.getAttribute("href"), location.href).href.split("#")[0]),
  ];
  return [...new Set(parts)];
}

/** Say at the top of the page that it must be kept open, and what else can be done. */
function warn(said) {
  const place = root.querySelector("[data-trouble='offline']");
  place.querySelector("[data-trouble-words]").textContent = said;
  place.hidden = false;
}

/** Let the service worker keep this page, and say whether it can be opened without a network. */
async function prepare() {
  const line = root.querySelector("[data-ready]");
  const tell = (ready) => {
    line.textContent = ready ? words.ready : words.preparing;
    line.dataset.tone = ready ? "ok" : "";
  };
  if (!window.isSecureContext || !("serviceWorker" in navigator)) {
    warn(window.isSecureContext ? words.no_worker : words.insecure);
    return;
  }
  try {
    navigator.storage?.persist?.();
    await navigator.serviceWorker.register(root.dataset.workerUrl, { scope: root.dataset.scope });
    const { active } = await navigator.serviceWorker.ready;
    const page = location.origin + location.pathname;
    const had = Boolean(await caches.match(page));
    tell(had);
    const channel = new MessageChannel();
    channel.port1.onmessage = ({ data }) => tell(data.ready || had);
    active.postMessage({ act: "keep", page, assets: assets() }, [channel.port2]);
  } catch {
    warn(words.no_worker);
  }
}

await prepare();
