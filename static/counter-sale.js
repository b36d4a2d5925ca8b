/**
 * Sending a sale: once, whatever the network does.
 *
 * The cart is kept in this tab's `sessionStorage` under its household, with the request id that it
 * is sent under. If the answer gets lost, nobody knows whether it was done: the page then asks for
 * that very id until it is told, and until then nothing can be changed or sent.
 */

const ANSWER_MS = 20_000;
const ASK_EVERY_MS = 3_000;
const KEPT_MS = 3_600_000;
const KEPT_AS = "cart:";
const SECRETS = new Set(["csrf_token", "request_id", "pin", "household", "card", "shown-total", "shown-points"]);

/** A cart between its first piece and its slip, as this tab remembers it. */
export class Keeping {
  constructor(form) {
    this.form = form;
    this.key = `${KEPT_AS}${form.elements.household.value}`;
  }

  read() {
    try {
      const kept = JSON.parse(sessionStorage.getItem(this.key));
      return kept && (kept.sent || Date.now() - kept.at < KEPT_MS) ? kept : null;
    } catch {
      return null;
    }
  }

  write(more) {
    const fields = [...new FormData(this.form)].filter(
      ([name, value]) => !SECRETS.has(name) && typeof value === "string" && value !== "" && value !== "0",
    );
    const { request_id: id, card, "shown-total": total } = this.form.elements;
    const kept = { id: id.value, fields, at: Date.now(), sent: false, ...more };
    // For the page that asks later what became of it: whose it is, what it comes to.
    Object.assign(kept, { who: this.form.dataset.head, total: total.value, card: card?.value ?? "" });
    sessionStorage.setItem(this.key, JSON.stringify(kept));
  }

  forget() {
    sessionStorage.removeItem(this.key);
  }

  /** Put what was kept back into the form. */
  restore(kept) {
    this.form.elements.request_id.value = kept.id;
    for (const [name, value] of kept.fields) {
      const box = this.form.elements[name];
      if (box) box.value = value; // of radio buttons this checks the one with the value
    }
  }
}

/** Ask what became of a sale: `{slip, words, request_id}`, or where to sign in: `{away}`. */
async function whatBecame(address, id) {
  const signal = AbortSignal.timeout(ANSWER_MS);
  const answer = await fetch(`${address}${encodeURIComponent(id)}`, { signal });
  return answer.redirected ? { away: answer.url } : answer.json();
}

/** The sales of this tab that were sent and left before anybody knew what became of them. */
function unsettled() {
  const keys = Object.keys(sessionStorage).filter((key) => key.startsWith(KEPT_AS));
  return keys.map((key) => ({ key, kept: JSON.parse(sessionStorage.getItem(key)) })).filter(({ kept }) => kept.sent);
}

/** Where the next household is asked for, speak of each such sale, and let a hand ask about it. */
export function tendUnsettled(ways, words) {
  const template = document.querySelector("template[data-unsettled]");
  for (const { key, kept } of unsettled()) {
    const notice = document.importNode(template.content.firstElementChild, true); // its address is of this page
    const place = notice.querySelector("[data-unsettled-words]");
    const link = notice.querySelector("a");
    const filled = (text) => text.replace("{who}", kept.who).replace("{yuan}", (kept.total / 100).toFixed(2));
    place.textContent = filled(place.dataset.words);
    link.search = new URLSearchParams({ household: key.slice(KEPT_AS.length), ...(kept.card && { card: kept.card }) });
    link.addEventListener("click", async (event) => {
      if (!kept.sent) return; // asked before: now it leads to the cart
      event.preventDefault();
      const told = await whatBecame(ways.dataset.outcome, kept.id).catch(() => null);
      if (!told) {
        place.textContent = `${filled(place.dataset.words)} ${words.no_network}`;
      } else if (told.slip || told.away) {
        if (told.slip) sessionStorage.removeItem(key);
        location.assign(told.slip || told.away);
      } else {
        Object.assign(kept, { sent: false, at: Date.now(), id: told.request_id || kept.id });
        sessionStorage.setItem(key, JSON.stringify(kept));
        place.textContent = `${filled(words.unsettled_undone)} ${told.words}`;
        link.firstElementChild.textContent = words.unsettled_resume;
      }
    });
    template.after(notice);
  }
}

/** What became of a sale that was sent. */
export class Sale {
  /**
   * `after` has what the page does: `done(address)`, `refused(page)`, `failed(words)`,
   * `unknown()`, `undone(words)`, `away(address)`.
   */
  constructor(form, keeping, after) {
    Object.assign(this, { form, keeping, after });
    this.waiting = 0;
    this.online = () => this.ask();
  }

  get id() {
    return this.form.elements.request_id.value;
  }

  /** Send the form, with a drawn signature if there is one. */
  async send(kept, signature) {
    const body = new FormData(this.form);
    body.set("act", "redeem");
    if (signature) body.set("signature", signature, "signature.png");
    this.keeping.write({ ...kept, sent: true });
    let answer;
    try {
      const signal = AbortSignal.timeout(ANSWER_MS);
      const headers = { Accept: "application/json" };
      answer = await fetch(this.form.action, { method: "POST", body, headers, signal });
      await this.take(answer, kept);
    } catch {
      this.lose();
    }
  }

  async take(answer, kept) {
    if (answer.headers.get("Content-Type")?.includes("json")) {
      this.end((await answer.json()).slip);
      return;
    }
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const said = page.querySelector(".mishap__message")?.textContent;
    if (answer.redirected) {
      this.keeping.write({ ...kept, sent: false });
      this.after.away(answer.url);
    } else if (page.querySelector("[data-uncertain]")) this.lose(); // the database broke off: kept or not
    else if (page.querySelector("[data-counter], [data-ways]")) this.after.refused(page);
    else if (said) {
      this.keeping.write({ ...kept, sent: false });
      this.after.failed(said);
    } else this.lose(); // not ours: something between us and the server spoke
  }

  end(address) {
    this.stop();
    this.keeping.forget();
    this.after.done(address);
  }

  /** The answer got lost: ask until somebody knows. */
  lose() {
    this.after.unknown();
    window.addEventListener("online", this.online);
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.ask(), ASK_EVERY_MS);
  }

  async ask() {
    clearTimeout(this.waiting);
    try {
      const told = await whatBecame(this.form.dataset.outcome, this.id);
      if (told.away) {
        this.stop();
        this.after.away(told.away);
      } else this.tell(told);
    } catch {
      this.lose();
    }
  }

  tell({ slip, words, request_id: next }) {
    if (slip) {
      this.end(slip);
      return;
    }
    this.stop();
    if (next) this.form.elements.request_id.value = next;
    this.after.undone(words);
  }

  stop() {
    clearTimeout(this.waiting);
    window.removeEventListener("online", this.online);
  }
}
