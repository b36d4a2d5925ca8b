/**
 * The counter: a scanner that types like a keyboard, tiles that are tapped, a cart that adds up.
 *
 * The server reckons and decides again; here it is only shown at once. Amounts are fen and whole
 * points, and are reckoned as moralbank/counter/reckoning.py does.
 */

const BURST_GAP_MS = 80;
const SAME_CARD_MS = 3000;
const CARD_DIGITS = 15;
const SHORTEST_SCAN = 8;

/** The digit of a key by its place on the keyboard: right with a Chinese input method on, too. */
function digitOf(event) {
  return /^(?:Digit|Numpad)([0-9])$/.exec(event.code)?.[1] ?? null;
}

function isEditable(element) {
  return element?.matches?.("input:not([type=checkbox], [type=radio]), textarea, select") ?? false;
}

/** Whether a key writes something: no shortcut, and not the space that presses a button. */
function isLetter(event) {
  return event.key.length === 1 && event.key !== " " && !(event.ctrlKey || event.altKey || event.metaKey);
}

/**
 * Collect what a keyboard-wedge scanner types and hand its last run of digits to `take`.
 *
 * A scanner's keys come faster than fingers and end with Enter or Tab. Where a box for text has
 * the focus the box gets them; a quantity is spared: it gets back what stood in it. What was typed
 * nowhere, and turns out to be no scan, goes to `write`.
 */
function listenToScanner(take, write) {
  let runs = "";
  let last = 0;
  let spared = null;
  let letters = "";
  let waiting = 0;
  const handOver = () => {
    if (letters && !isEditable(document.activeElement)) write(letters);
    letters = "";
  };
  document.addEventListener(
    "keydown",
    (event) => {
      const quantity = event.target.closest?.(".stepper__input") ?? null;
      if (isEditable(event.target) && !quantity) return;
      if (event.timeStamp - last > BURST_GAP_MS) {
        runs = "";
        spared = quantity && { input: quantity, value: quantity.value };
      }
      last = event.timeStamp;
      clearTimeout(waiting);
      if (event.key !== "Enter" && event.key !== "Tab") {
        runs += digitOf(event) ?? " ";
        if (!quantity && isLetter(event)) letters += event.key;
        if (event.key === "/") event.preventDefault(); // Firefox would search the page
        waiting = setTimeout(handOver, BURST_GAP_MS);
        return;
      }
      const digits = runs.trim().split(/\s+/).at(-1) ?? "";
      runs = "";
      if (digits.length < SHORTEST_SCAN) {
        handOver();
        return;
      }
      letters = "";
      event.preventDefault();
      event.stopPropagation();
      if (spared) spared.input.value = spared.value;
      take(digits);
    },
    true,
  );
}

/** Whether this card was taken less than three seconds ago, on this page or the one before. */
function justTaken(token) {
  const [before, when] = (sessionStorage.getItem("card") ?? "").split("@");
  return before === token && Date.now() - Number(when) < SAME_CARD_MS;
}

function noteTaken(token) {
  sessionStorage.setItem("card", `${token}@${Date.now()}`);
}

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

const yuan = (fen) => (fen / 100).toFixed(2);

/** What a cart costs, as the server will reckon it. */
function reckon(totalFen, points, creditFen, rateFen) {
  const used = Math.ceil(Math.max(0, totalFen - creditFen) / rateFen);
  return {
    used,
    left: Math.max(0, points - used),
    short: Math.max(0, used - points),
    credit: creditFen + used * rateFen - totalFen,
  };
}

/** Goods and cart of one customer. */
class Counter {
  constructor(form) {
    this.form = form;
    this.products = [...form.querySelectorAll("[data-product]")].map((element) => ({
      element,
      input: element.querySelector(".stepper__input"),
      title: element.dataset.title,
      price: Number(element.dataset.price),
      barcode: element.dataset.barcode,
      known: element.dataset.known,
    }));
    this.search = form.querySelector("[data-goods]");
    this.cart = form.querySelector("[data-cart]");
    this.shown = [form.elements["shown-total"], form.elements["shown-points"]];
    this.confirm = form.querySelector("[data-confirm]");
    this.tend();
    this.show();
  }

  tend() {
    this.form.addEventListener("click", (event) => this.tap(event));
    this.form.addEventListener("input", (event) => {
      if (event.target === this.search) this.sift();
      else this.show();
    });
    this.form.addEventListener("keydown", (event) => this.key(event));
    document.addEventListener("keydown", (event) => this.shortcut(event));
    // A browser may put quantities back by itself, after this ran: the cart must tell the truth.
    window.addEventListener("pageshow", () => this.show());
    const toggle = this.cart.querySelector("[data-toggle]");
    toggle.addEventListener("click", () => {
      const folded = this.cart.classList.toggle("cart--folded");
      toggle.setAttribute("aria-expanded", String(!folded));
      toggle.textContent = folded ? toggle.dataset.more : toggle.dataset.less;
    });
    if (!this.form.querySelector("#collector").value) this.cart.classList.add("cart--folded");
  }

  /** A tap on a tile adds one; its stepper and number work as they are. */
  tap(event) {
    const face = event.target.closest(".product__face");
    if (!face) return;
    event.preventDefault();
    const element = face.closest("[data-product]");
    this.add(this.products.find((product) => product.element === element));
  }

  add(product) {
    if (!product?.input) {
      sound("no");
      return false;
    }
    const before = product.input.value;
    product.input.stepUp();
    if (product.input.value === before) {
      sound("no");
      return false;
    }
    product.element.classList.remove("product--added");
    void product.element.offsetWidth; // restarts the animation
    product.element.classList.add("product--added");
    this.show();
    return true;
  }

  /** A scanned barcode adds its product; says whether there is one. */
  scan(digits) {
    const product = this.products.find(({ barcode }) => barcode && barcode === digits);
    if (!product) return false;
    if (this.add(product)) sound("yes");
    product.element.scrollIntoView({ block: "nearest" });
    return true;
  }

  /** Enter never sends the cart by accident: scanners end with it. */
  key(event) {
    if (event.key !== "Enter" || event.isComposing || event.ctrlKey) return;
    if (event.target === this.search) {
      event.preventDefault();
      this.take();
    } else if (event.target.matches(".stepper__input, #collector")) {
      event.preventDefault();
    }
  }

  /** Enter in the search box: a barcode, a card, or the first product in sight. */
  take() {
    const typed = this.search.value.normalize("NFKC").trim();
    if (!typed) return;
    const digits = /(\d+)\D*$/.exec(typed)?.[1] ?? "";
    this.search.value = "";
    if (digits.length === CARD_DIGITS) findCard(digits);
    else if (!this.scan(typed)) this.add(this.inSight(typed)[0]);
    this.sift();
  }

  shortcut(event) {
    if (event.key === "Escape") {
      this.search.value = "";
      this.sift();
    } else if (event.key === "Enter" && event.ctrlKey && !this.confirm.disabled) {
      this.confirm.click();
    }
  }

  inSight(typed) {
    const words = typed.normalize("NFKC").toLowerCase().split(/\s+/).filter(Boolean);
    return this.products.filter(({ known }) => words.every((word) => known.includes(word)));
  }

  /** Leave in sight what fits the words in the search box. */
  sift() {
    const fitting = new Set(this.inSight(this.search.value));
    for (const product of this.products) product.element.hidden = !fitting.has(product);
    for (const shelf of this.form.querySelectorAll("[data-shelf]")) {
      shelf.hidden = !shelf.querySelector("[data-product]:not([hidden])");
    }
    this.form.querySelector("[data-nothing]").hidden = fitting.size > 0;
  }

  /** The products in the cart with their pieces. */
  chosen() {
    return this.products
      .map((product) => ({ ...product, pieces: Math.trunc(Number(product.input?.value)) || 0 }))
      .filter(({ pieces }) => pieces > 0);
  }

  /** Write the cart anew. */
  show() {
    const chosen = this.chosen();
    const total = chosen.reduce((sum, { price, pieces }) => sum + price * pieces, 0);
    const { points, credit, rate } = this.form.dataset;
    const sums = reckon(total, Number(points), Number(credit), Number(rate));
    const part = (name) => this.form.querySelector(`[data-${name}]`);
    const write = (name, text) => {
      if (part(name).textContent !== String(text)) part(name).textContent = text;
    };
    for (const { element, input } of this.products) {
      element.classList.toggle("product--chosen", Number(input?.value) > 0);
    }
    part("lines").replaceChildren(...chosen.map(lineOf));
    part("hint").hidden = chosen.length > 0;
    const pieces = chosen.reduce((sum, line) => sum + line.pieces, 0);
    write("count", part("count").dataset.words.replace("0", pieces));
    write("total", yuan(total));
    write("used", sums.used);
    write("left", sums.left);
    write("credit", yuan(Math.max(0, sums.credit)));
    write("lacking", sums.short);
    part("credit-left").hidden = sums.credit <= 0 || sums.short > 0;
    [this.shown[0].value, this.shown[1].value] = [total, sums.used];
    part("short").hidden = sums.short === 0;
    part("after").hidden = sums.short > 0;
    this.confirm.disabled = chosen.length === 0 || sums.short > 0;
  }

  get isEmpty() {
    return this.chosen().length === 0;
  }
}

function lineOf({ title, price, pieces }) {
  const line = document.createElement("li");
  line.className = "cart__line";
  for (const [text, name] of [[title, ""], [`×${pieces}`, "cart__quantity"], [yuan(price * pieces), ""]]) {
    const cell = document.createElement("span");
    cell.className = name;
    cell.textContent = text;
    line.append(cell);
  }
  return line;
}

const findForm = document.querySelector("form[data-find]");
const counterForm = document.querySelector("form[data-counter]");
for (const element of document.querySelectorAll("[data-needs-script]")) element.hidden = false;
const counter = counterForm && new Counter(counterForm);

/** Ask the server whose card it is. */
function findCard(token) {
  if (justTaken(token)) return;
  if (counter && !counter.isEmpty) {
    sound("no");
    document.querySelector("[data-busy]").hidden = false;
    document.querySelector("[data-other]").focus();
    return;
  }
  noteTaken(token);
  findForm.elements.who.value = token;
  findForm.requestSubmit();
}

/** What was typed while no box had the focus begins the box of this page; "/" only leads there. */
function writeInBox(typed) {
  const box = document.querySelector("#who, [data-goods]");
  if (!box) return;
  box.select();
  const words = typed.replace(/^\//, "");
  if (!words) return;
  box.value = words;
  box.dispatchEvent(new Event("input", { bubbles: true }));
}

if (findForm) {
  listenToScanner((digits) => {
    if (digits.length === CARD_DIGITS) findCard(digits);
    else if (!counter?.scan(digits)) sound("no");
  }, writeInBox);
  findForm.addEventListener("submit", (event) => {
    const digits = /(\d+)\D*$/.exec(findForm.elements.who.value.normalize("NFKC"))?.[1] ?? "";
    // What the scan box itself took; a card that listenToScanner took was noted there.
    if (event.submitter && digits.length === CARD_DIGITS) noteTaken(digits);
  });
}
/*
 * The scan box must not have the focus: a Chinese input method would take the letters of a scanned
 * address for pinyin. The zone around it has it; what fingers type goes on into the box.
 */
document.querySelector("[data-zone]")?.focus();

const verdict = document.querySelector("[data-sound]");
if (verdict) sound(verdict.dataset.sound);
if (verdict?.dataset.sound === "yes") {
  document.querySelector("[data-next]")?.focus({ preventScroll: true });
}
