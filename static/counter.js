/**
 * The counter's pages put together: who is there, goods and cart, the sale, the slip.
 *
 * After a refusal the server's page takes the place of the one in sight: it shows the new figures,
 * and everything typed is still there. What only this page has, a PIN and a signature, is carried
 * over.
 */

const CARD_DIGITS = 15;
const SAME_CARD_MS = 3000;
const LEAVE_MS = 5000;
const FROZEN = ".counter__tools, .shelf, .cart__inside, .customer__other";
const PROOFS = new Set(["pin", "proof", "signature"]);

const desk = document.querySelector("[data-desk]");
const words = JSON.parse(desk.dataset.words);
// By their versioned addresses: plain imports would find old ones for a year.
const [scan, camera, cartRoom, sale, sign] = await Promise.all(
  ["scan", "camera", "cart", "sale", "sign"].map((part) => import(desk.getAttribute(`data-module-${part}`))),
);

/** One short high tone for yes, two low ones for no; silent where the browser wants it so. */
function sound(kind) {
  const Context = window.AudioContext;
  if (!Context) return;
  const context = new Context();
  const tones = kind === "yes" ? [[880, 0]] : [[220, 0], [196, 0.22]];
  for (const [frequency, start] of tones) {
    const tone = context.createOscillator();
    const volume = context.createGain();
    tone.frequency.value = frequency;
    volume.gain.value = 0.12;
    tone.connect(volume).connect(context.destination);
    tone.start(context.currentTime + start);
    tone.stop(context.currentTime + start + 0.16);
  }
}

const filled = (text, values = {}) => text.replace(/\{(\w+)\}/g, (_whole, key) => values[key] ?? "");

/* Whose card -------------------------------------------------------------------------------- */

/** Whether this card was taken less than three seconds ago, on this page or the one before. */
function justTaken(token) {
  const [before, when] = (sessionStorage.getItem("card") ?? "").split("@");
  return before === token && Date.now() - Number(when) < SAME_CARD_MS;
}

function noteTaken(token) {
  sessionStorage.setItem("card", `${token}@${Date.now()}`);
}

/** Ask the server whose card it is; says whether it does. */
function findCard(token) {
  const form = document.querySelector("form[data-find]");
  if (!form || justTaken(token)) return false;
  if (page && !page.isFree) {
    page.showBusy();
    return false;
  }
  noteTaken(token);
  form.elements.who.value = token;
  form.requestSubmit();
  return true;
}

/** What was typed while no box had the focus begins the box of this page; "/" only leads there. */
function writeInBox(typed) {
  const box = document.querySelector("[data-who], [data-goods]");
  if (!box) return;
  box.select();
  const text = typed.replace(/^\//, "");
  if (!text) return;
  box.value = text;
  box.dispatchEvent(new Event("input", { bubbles: true }));
}

/** A scanned number is a card or a product. */
function take(digits) {
  if (digits.length === CARD_DIGITS) findCard(digits);
  else if (page) page.scan(digits);
  else sound("no");
}

function tendWho(ways) {
  const findForm = document.querySelector("form[data-find]");
  findForm.addEventListener("submit", (event) => {
    const digits = scan.lastDigits(findForm.elements.who.value);
    // What was typed into the box; a card that was scanned was noted before.
    if (event.submitter && digits.length === CARD_DIGITS) noteTaken(digits);
  });
  const form = ways.querySelector("[data-scan-form]");
  const cards = new camera.Cards(form, words);
  const found = (token) => {
    const taken = findCard(token);
    if (taken) sound("yes");
    return taken;
  };
  const place = ways.querySelector("[data-photo-words]");
  const say = (text, wrong) => {
    place.textContent = text;
    place.hidden = false;
    if (wrong) sound("no");
  };
  camera.tendPhoto(form.querySelector("[data-photo]"), cards, words, { found, say });
  // After a refusal the same card may still lie there: only a hand opens the camera again.
  const byItself = !document.querySelector("[data-sound='no']");
  new camera.Camera(form, cards, words, { found, byItself });
  // The box must not have the focus: a Chinese input method would take a scanned address for pinyin.
  // Whoever sought a name chooses with Enter; they are what must be seen.
  const first = document.querySelector(".people__person a") ?? ways.querySelector("[data-zone]");
  if (!scan.byTouch) first.focus({ preventScroll: true });
  sale.tendUnsettled(ways, words);
}

/* Goods and the sale ------------------------------------------------------------------------ */

/** The page of one customer, from the first piece to the slip. */
class Page {
  constructor(form, carried = {}) {
    this.form = form;
    this.leaving = new AbortController();
    this.keeping = new sale.Keeping(form);
    this.locked = false;
    const kept = this.restore();
    const { signal } = this.leaving;
    this.ready = false;
    const own = { words, sound, say: (...said) => this.say(...said), refuse: (...said) => this.refuse(...said) };
    own.isCard = (typed) => this.isCard(typed);
    this.cart = new cartRoom.Cart(form, own, { signal, tell: () => this.remember() });
    this.signature = new sign.Signature(
      form.querySelector("[data-signature]"),
      () => this.hideVerdict(),
      carried.strokes,
    );
    if (form.elements.pin && form.dataset.refused !== "pin") form.elements.pin.value = carried.pin ?? "";
    this.sale = new sale.Sale(form, this.keeping, this.after());
    this.cart.choose(kept?.category ?? "");
    this.ready = true;
    form.addEventListener("submit", (event) => this.submit(event));
    document.addEventListener("keydown", (event) => this.key(event), { signal });
    this.other = document.querySelector("[data-other]");
    this.other.addEventListener("click", (event) => this.leave(event));
    if (form.dataset.refused && this.cart.needsProof) this.cart.fold(false);
    if (kept?.sent) {
      this.lock(words.sending);
      this.sale.ask();
    }
  }

  /** A cart that was begun in this tab, unless the server's page brought one along. */
  restore() {
    const brought = this.form.elements["shown-total"].value !== "" || "refused" in this.form.dataset;
    const kept = this.keeping.read();
    if (!kept) return null;
    if (brought) return { category: kept.category };
    this.keeping.restore(kept);
    return kept;
  }

  remember() {
    if (!this.ready || this.locked) return;
    this.hideVerdict();
    if (this.cart.isEmpty) this.keeping.forget();
    else this.keeping.write({ category: this.cart.category });
  }

  get isFree() {
    return this.cart.isEmpty && !this.locked;
  }

  scan(code) {
    if (!this.locked && !this.cart.scan(code)) this.refuse(words.unknown_code, { what: code });
  }

  isCard(typed) {
    const digits = scan.lastDigits(typed);
    if (digits.length !== CARD_DIGITS) return false;
    findCard(digits);
    return true;
  }

  key(event) {
    if (event.key === "F2") {
      event.preventDefault();
      this.other.click();
    }
  }

  /** Give this cart up; not while nobody knows what became of it, nor for a page that isn't had. */
  async leave(event) {
    event.preventDefault();
    if (this.locked) {
      this.stay();
      return;
    }
    try {
      await fetch(this.other.href, { method: "HEAD", signal: AbortSignal.timeout(LEAVE_MS) });
    } catch {
      this.refuse(words.no_network);
      return;
    }
    this.keeping.forget();
    location.assign(this.other.href);
  }

  /* Saying things */

  /** A passing word: nothing was done, nothing is wrong with the cart. */
  say(text, values) {
    const place = this.form.querySelector("[data-said]");
    place.textContent = filled(text, values);
    place.hidden = false;
    clearTimeout(this.saying);
    this.saying = setTimeout(() => {
      place.hidden = true;
    }, 6000);
  }

  refuse(text, values) {
    sound("no");
    this.say(text, values);
  }

  showVerdict(title, text, silent = false) {
    const verdict = this.form.querySelector("[data-verdict]");
    verdict.querySelector("[data-verdict-title]").textContent = title;
    verdict.querySelector("[data-verdict-words]").textContent = text;
    if (verdict.hidden && !silent) sound("no");
    for (const other of this.form.querySelectorAll("[data-refusal], [data-busy]")) other.hidden = true;
    verdict.hidden = false;
    this.cart.fold(true);
    verdict.scrollIntoView({ block: "center" });
  }

  hideVerdict() {
    for (const one of this.form.querySelectorAll("[data-verdict], [data-busy]")) one.hidden = true;
  }

  /** Nothing helps but waiting: bring into sight why. */
  stay() {
    sound("no");
    this.form.querySelector("[data-verdict]:not([hidden])")?.scrollIntoView({ block: "center" });
  }

  showBusy() {
    if (this.locked) {
      this.stay();
      return;
    }
    sound("no");
    const busy = this.form.querySelector("[data-busy]");
    busy.hidden = false;
    busy.scrollIntoView({ block: "center" });
    this.other.focus({ preventScroll: true });
  }

  /* The sale */

  /** Nothing can be changed while nobody knows what became of it. */
  lock(text) {
    this.locked = true;
    this.form.setAttribute("aria-busy", "true");
    for (const part of this.form.querySelectorAll(FROZEN)) part.inert = true;
    const button = this.cart.confirm;
    button.disabled = true;
    button.dataset.label ??= button.textContent;
    button.textContent = text;
  }

  unlock() {
    this.locked = false;
    this.form.removeAttribute("aria-busy");
    for (const part of this.form.querySelectorAll("[inert]")) part.inert = false;
    const button = this.cart.confirm;
    button.textContent = button.dataset.label ?? button.textContent;
    this.cart.show();
  }

  async submit(event) {
    if (event.submitter?.value === "reckon") return;
    event.preventDefault();
    if (this.locked || this.cart.confirm.disabled) return;
    if (this.cart.needsProof && !this.form.elements.pin?.value && !this.signature.isThere) {
      this.askForProof();
      return;
    }
    // Locked before the picture is drawn: a second click finds the door shut.
    this.lock(words.sending);
    const signature = this.cart.needsProof ? await this.signature.picture() : null;
    await this.sale.send({ category: this.cart.category }, signature);
  }

  askForProof() {
    this.refuse(this.form.elements.pin ? words.prove : words.sign);
    this.showProof();
  }

  /** Bring the box for the PIN, or the one to sign in, into sight and under the hand. */
  showProof() {
    this.cart.fold(false);
    this.form.querySelector("[data-proof]").scrollIntoView({ block: "center" });
    this.form.elements.pin?.focus({ preventScroll: true });
  }

  /** What the page does when something became of the sale. */
  after() {
    return {
      done: (address) => {
        this.cart.confirm.textContent = words.done;
        location.assign(address);
      },
      away: (address) => location.assign(address),
      refused: (answer) => this.replace(answer),
      failed: (said) => {
        this.unlock();
        this.showVerdict(words.undone_title, said);
      },
      unknown: () => {
        this.lock(words.sending);
        this.showVerdict(words.unknown_title, words.unknown);
      },
      undone: (said) => {
        this.unlock();
        this.keeping.write({ category: this.cart.category });
        this.showVerdict(words.undone_title, said || words.undone);
      },
    };
  }

  /** Let the server's page take this one's place. */
  replace(answer) {
    const carried = { strokes: this.signature.strokes, pin: this.form.elements.pin?.value };
    const folded = this.cart.folded;
    this.leaving.abort();
    clearTimeout(this.saying);
    document.querySelector("main").replaceChildren(...answer.querySelector("main").childNodes);
    document.title = answer.title;
    begin(carried);
    if (page && !folded) page.cart.fold(false);
    if (page) page.keeping.write({ category: page.cart.category });
    else this.keeping.forget();
    if (page && PROOFS.has(page.form.dataset.refused)) {
      page.showProof();
      return;
    }
    const verdict = document.querySelector("[data-refusal], [data-sound='no']");
    verdict?.focus();
    verdict?.scrollIntoView({ block: "center" });
  }
}

/* The slip ---------------------------------------------------------------------------------- */

/** Print at once where the village wants it so: the paper's own file, in a frame nobody sees. */
function printAtOnce(address) {
  const frame = document.createElement("iframe");
  frame.className = "visually-hidden";
  frame.title = document.title;
  frame.src = address;
  frame.addEventListener("load", () => {
    try {
      frame.contentWindow.print();
    } catch {
      // The browser shows no PDF inside a page: the button is still there.
    }
  });
  document.body.append(frame);
}

/* Beginning --------------------------------------------------------------------------------- */

let page = null;

/** Wake what is on the page now. */
function begin(carried) {
  for (const element of document.querySelectorAll("[data-needs-script]")) element.hidden = false;
  const form = document.querySelector("form[data-counter]");
  const ways = document.querySelector("[data-ways]");
  page = form && new Page(form, carried);
  if (ways) tendWho(ways);
  const verdict = document.querySelector("[data-sound]");
  if (verdict) sound(verdict.dataset.sound);
  if (verdict?.dataset.sound !== "yes") return;
  document.querySelector("[data-next]")?.focus({ preventScroll: true });
  if (verdict.dataset.print) printAtOnce(verdict.dataset.print);
}

begin();
if (document.querySelector("form[data-find]")) {
  scan.listenToKeys({ take, write: writeInBox, isMove: (event) => onTile(event) });
  const ear = document.querySelector("[data-ear]");
  if (ear && scan.byTouch) scan.listenInBox(ear, { take, write: writeInBox });
}

/** Keys that change a tile's pieces are no search. */
function onTile(event) {
  return "+-=".includes(event.key) && Boolean(event.target.closest?.(".product__face"));
}
