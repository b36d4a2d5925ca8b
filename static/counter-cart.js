/**
 * Shelves of tiles, and a cart that adds up.
 *
 * The server reckons and decides again; here it is only shown at once. Amounts are fen and whole
 * points, and are reckoned as moralbank/counter/reckoning.py does.
 */

const yuan = (fen) => (fen / 100).toFixed(2);
const numberIn = (text) => (text === undefined || text === "" ? Infinity : Number(text));

/** Fen from "3" or "3.50"; null for anything else. */
function fenOf(typed) {
  const found = /^(\d{1,7})(?:\.(\d{1,2}))?$/.exec(typed.normalize("NFKC").trim());
  return found ? Number(found[1]) * 100 + Number((found[2] ?? "").padEnd(2, "0")) : null;
}

/** What goods cost a household: credit first, points for the rest, the last one's change stays. */
function reckon(totalFen, have, creditMost) {
  const creditUsed = Math.min(creditMost, have.credit, totalFen);
  const used = Math.ceil((totalFen - creditUsed) / have.rate);
  return {
    total: totalFen,
    used,
    left: have.points - used,
    short: Math.max(0, used - have.points),
    over: Math.max(0, used - have.usable),
    credit: have.credit + used * have.rate - totalFen,
    creditPaid: totalFen - used * have.rate,
  };
}

/** Goods and cart of one customer. */
export class Cart {
  /** `desk` has words, `sound`, `say`; `tell` is called after each change of the cart. */
  constructor(form, desk, { signal, tell }) {
    Object.assign(this, { form, desk, tell });
    this.products = [...form.querySelectorAll("[data-product]")].map((element) => ({
      element,
      face: element.querySelector(".product__face"),
      input: element.querySelector(".stepper__input"),
      note: element.querySelector("[data-note]"),
      more: element.querySelector("[data-step='1']"),
      title: element.dataset.title,
      price: Number(element.dataset.price),
      most: Number(element.dataset.most),
      barcode: element.dataset.barcode,
      sku: element.dataset.sku,
      known: element.dataset.known,
      why: element.dataset.why,
    }));
    const { points, credit, rate, day, month, proof } = form.dataset;
    const usable = Math.min(Number(points), numberIn(day), numberIn(month));
    this.have = { points: Number(points), credit: Number(credit), rate: Number(rate), usable };
    this.proofAbove = Number(proof) || Infinity;
    this.search = form.querySelector("[data-goods]");
    this.panel = form.querySelector("[data-cart]");
    this.confirm = form.querySelector("[data-confirm]");
    this.category = "";
    form.classList.add("counter--live");
    this.tend(signal);
    this.fold(true);
    this.show();
  }

  part(name) {
    return this.form.querySelector(`[data-${name}]`);
  }

  /* What fingers and keys do ----------------------------------------------------------- */

  tend(signal) {
    this.form.addEventListener("click", (event) => this.tap(event));
    this.form.addEventListener("input", (event) => {
      if (event.target === this.search) this.sift();
      else this.show();
    });
    this.form.addEventListener("keydown", (event) => this.key(event));
    document.addEventListener("keydown", (event) => this.shortcut(event), { signal });
    // What unfolds in the cart comes into sight; "toggle" doesn't rise, so it is caught on its way.
    this.panel.addEventListener(
      "toggle",
      ({ target }) => target.open && target.scrollIntoView({ block: "nearest" }),
      true,
    );
    // A browser may put quantities back by itself, after this ran: the cart must tell the truth.
    window.addEventListener("pageshow", () => this.show(), { signal });
  }

  tap(event) {
    const face = event.target.closest(".product__face");
    const chip = event.target.closest("[data-category]");
    const step = event.target.closest("[data-line-step]");
    if (face) this.add(this.products.find((product) => product.face === face));
    else if (step) this.change(this.products[Number(step.dataset.place)], Number(step.dataset.lineStep));
    else if (event.target.closest("[data-toggle]")) this.fold(!this.folded);
    else if (chip) {
      event.preventDefault();
      this.choose(chip.dataset.category);
    }
  }

  fold(folded) {
    const toggle = this.part("toggle");
    this.folded = folded;
    this.panel.classList.toggle("cart--folded", folded);
    toggle.setAttribute("aria-expanded", String(!folded));
    toggle.querySelector("span").textContent = folded ? toggle.dataset.more : toggle.dataset.less;
  }

  add(product) {
    if (this.change(product, 1)) return true;
    const { words } = this.desk;
    this.desk.refuse(product.most ? words.no_more : words.note, { what: product.title, why: product.why });
    return false;
  }

  /** One piece more or less; says whether that could be. */
  change(product, by) {
    const { input, element, most } = product;
    const before = piecesOf(product);
    const after = Math.min(Math.max(0, before + by), most);
    if (after === before) return false;
    input.value = after;
    if (by > 0) {
      element.classList.remove("product--added");
      void element.offsetWidth; // restarts the animation
      element.classList.add("product--added");
    }
    this.show();
    return true;
  }

  /** A scanned or typed barcode, or a number (货号), adds its product; says whether there is one. */
  scan(code) {
    const wanted = code.toUpperCase();
    const product = this.products.find(({ barcode, sku }) => (barcode && barcode === code) || sku === wanted);
    if (!product) return false;
    if (this.add(product)) this.desk.sound("yes");
    product.element.scrollIntoView({ block: "nearest" });
    return true;
  }

  /** Enter never sends the cart by accident: scanners end with it. */
  key(event) {
    if (event.isComposing || event.ctrlKey || event.altKey || event.metaKey) return;
    const product = this.products.find(({ face }) => face === event.target);
    if (product) this.walk(event, product);
    else if (event.key === "Enter" && event.target === this.search) {
      event.preventDefault();
      this.take();
    } else if (event.key === "Enter" && event.target.matches("input")) event.preventDefault();
    else if (event.key === "ArrowDown" && event.target === this.search) {
      event.preventDefault();
      this.inReach()[0]?.face.focus();
    }
  }

  /** Keys on a tile: arrows lead on, + and − change its pieces. */
  walk(event, product) {
    const by = { "+": 1, "=": 1, "-": -1, Backspace: -1, Delete: -999 }[event.key];
    if (by) {
      event.preventDefault();
      this.change(product, by);
      return;
    }
    const near = this.neighbour(product, event.key);
    if (!near) return;
    event.preventDefault();
    near.face.focus();
    near.element.scrollIntoView({ block: "nearest" });
  }

  neighbour(product, key) {
    const inReach = this.inReach();
    const here = inReach.indexOf(product);
    if (key === "ArrowRight") return inReach[here + 1];
    if (key === "ArrowLeft") return inReach[here - 1];
    const way = { ArrowDown: 1, ArrowUp: -1 }[key];
    if (!way) return undefined;
    const { left, top } = product.element.getBoundingClientRect();
    const rows = inReach
      .map((one) => ({ one, box: one.element.getBoundingClientRect() }))
      .filter(({ box }) => (box.top - top) * way > 8)
      .sort((a, b) => (a.box.top - b.box.top) * way || Math.abs(a.box.left - left) - Math.abs(b.box.left - left));
    return rows.find(({ box }) => box.left <= left + 8 && box.right > left)?.one ?? rows[0]?.one;
  }

  inReach() {
    return this.products.filter(({ element }) => element.offsetParent);
  }

  /** Enter in the search box: a barcode, a number, a card, or the first product in sight. */
  take() {
    const typed = this.search.value.normalize("NFKC").trim();
    if (!typed) return;
    this.search.value = "";
    if (!this.desk.isCard(typed) && !this.scan(typed)) {
      const found = this.inSight(typed);
      const first = found.find(({ most }) => most > 0) ?? found[0];
      if (first) this.add(first);
      else this.desk.refuse(this.desk.words.no_such_goods, { what: typed });
    }
    this.sift();
  }

  shortcut(event) {
    if (event.key === "Escape") {
      this.search.value = "";
      this.choose("");
    } else if (event.key === "Enter" && event.ctrlKey && !this.confirm.disabled) {
      this.confirm.click();
    } else if (event.key.startsWith("Arrow") && document.activeElement === document.body) {
      event.preventDefault();
      this.inReach()[0]?.face.focus();
    }
  }

  /* What is in sight ------------------------------------------------------------------- */

  inSight(typed) {
    const words = typed.normalize("NFKC").toLowerCase().split(/\s+/).filter(Boolean);
    return this.products.filter(({ known }) => words.every((word) => known.includes(word)));
  }

  /** Show one category alone; "" shows them all. What is sought is sought in all of them. */
  choose(category) {
    this.category = category;
    this.sift();
    this.tell();
  }

  /** Leave in sight what fits the words in the search box, or else the category. */
  sift() {
    const typed = this.search.value.trim();
    const fitting = new Set(this.inSight(typed));
    const category = typed ? "" : this.category;
    for (const product of this.products) product.element.hidden = !fitting.has(product);
    for (const shelf of this.form.querySelectorAll("[data-shelf]")) {
      const other = category && shelf.dataset.shelf !== category;
      shelf.hidden = other || !shelf.querySelector("[data-product]:not([hidden])");
    }
    for (const chip of this.form.querySelectorAll("[data-category]")) {
      if (chip.dataset.category === category) chip.setAttribute("aria-current", "true");
      else chip.removeAttribute("aria-current");
    }
    this.part("nothing").hidden = fitting.size > 0;
  }

  /* What it comes to ------------------------------------------------------------------- */

  /** The products in the cart with their pieces. */
  chosen() {
    return this.products.map((product) => ({ product, pieces: piecesOf(product) })).filter(({ pieces }) => pieces > 0);
  }

  get isEmpty() {
    return this.chosen().length === 0;
  }

  /** How much credit may be used, by what is chosen in the form. */
  get creditMost() {
    const { credit, credit_yuan: amount } = this.form.elements;
    if (!credit || credit.value === "all") return this.have.credit;
    return credit.value === "none" ? 0 : (fenOf(amount.value) ?? 0);
  }

  get needsProof() {
    return this.sums.used > this.proofAbove;
  }

  /** Write the cart anew. */
  show() {
    const chosen = this.chosen();
    const total = chosen.reduce((sum, { product, pieces }) => sum + product.price * pieces, 0);
    const sums = reckon(total, this.have, this.creditMost);
    this.sums = sums;
    this.panel.classList.toggle("cart--empty", chosen.length === 0);
    for (const product of this.products) this.showTile(product, total);
    this.part("lines").replaceChildren(...chosen.map(({ product, pieces }) => this.line(product, pieces)));
    this.part("hint").hidden = chosen.length > 0;
    this.showSums(sums, chosen.reduce((sum, { pieces }) => sum + pieces, 0));
    this.form.elements["shown-total"].value = chosen.length ? total : "";
    this.form.elements["shown-points"].value = chosen.length ? sums.used : "";
    this.showProof();
    this.showChoices();
    this.confirm.disabled = chosen.length === 0 || sums.over > 0 || "blocked" in this.form.dataset;
    this.tell();
  }

  /** Ask for a PIN or a signature where the sum has grown so far, and bring that into sight. */
  showProof() {
    const proof = this.part("proof");
    const appears = proof.hidden && this.needsProof;
    proof.hidden = !this.needsProof;
    if (appears) this.panel.querySelector(".cart__inside").scrollTop = Number.MAX_SAFE_INTEGER;
  }

  /** Whether one more piece would still fit, said on the tile itself. */
  showTile({ element, note, most, price, input, more }, total) {
    const pieces = piecesOf({ input });
    const next = reckon(total + price, this.have, this.creditMost);
    const dear = most > 0 && next.over > 0;
    element.classList.toggle("product--chosen", pieces > 0);
    element.classList.toggle("product--dear", dear);
    if (more) more.disabled = pieces >= most;
    if (most > 0) write(note, dear ? this.desk.words.short.replace("{n}", next.over) : note.dataset.note);
  }

  line(product, pieces) {
    const line = this.part("line").content.firstElementChild.cloneNode(true);
    const place = this.products.indexOf(product);
    write(line.querySelector("[data-line-title]"), product.title);
    write(line.querySelector("[data-line-pieces]"), pieces);
    write(line.querySelector("[data-line-sum]"), yuan(product.price * pieces));
    for (const button of line.querySelectorAll("[data-line-step]")) {
      button.dataset.place = place;
      button.setAttribute("aria-label", button.dataset.words.replace("{what}", product.title));
      button.disabled = Number(button.dataset.lineStep) > 0 && product.more.disabled;
    }
    return line;
  }

  showSums(sums, pieces) {
    const { words } = this.desk;
    write(this.part("count"), words.pieces.replace("{n}", pieces));
    write(this.part("total"), yuan(sums.total));
    write(this.part("used"), sums.used);
    const paid = (sums.creditPaid > 0 ? words.and_credit : words.and_back).replace("{yuan}", yuan(Math.abs(sums.creditPaid)));
    for (const place of this.form.querySelectorAll("[data-credit-paid]")) {
      write(place, paid);
      place.hidden = sums.creditPaid === 0;
    }
    write(this.part("left"), Math.max(0, sums.left));
    write(this.part("credit-left"), words.with_credit.replace("{yuan}", yuan(Math.max(0, sums.credit))));
    this.part("credit-left").hidden = sums.credit <= 0;
    this.part("after").hidden = sums.over > 0;
    this.part("short").hidden = sums.over === 0;
    write(this.part("short-words"), (sums.short ? words.short : words.over).replace("{n}", sums.short || sums.over));
    const gauge = this.part("gauge");
    gauge.max = Math.max(1, this.have.usable * this.have.rate + this.have.credit);
    gauge.value = Math.min(gauge.max, sums.total);
    gauge.classList.toggle("gauge--over", sums.over > 0);
  }

  /** The boxes that belong to a choice are there only while it is chosen. */
  showChoices() {
    for (const box of this.form.querySelectorAll("[data-with]")) {
      const [name, value] = box.dataset.with.split("=");
      box.hidden = this.form.elements[name]?.value !== value;
    }
    const only = this.part("credit-only");
    if (only) only.hidden = !(fenOf(this.form.elements.credit_yuan.value) > this.have.credit);
    const taker = this.form.elements.taker;
    const chosen = this.form.querySelector("input[name=taker]:checked");
    if (taker && chosen) write(this.part("taker"), chosen.dataset.words);
  }
}

function piecesOf({ input }) {
  return Math.max(0, Math.trunc(Number(input?.value)) || 0);
}

/** Change a text only where it is another one: what is read aloud isn't said twice. */
function write(place, text) {
  if (place.textContent !== String(text)) place.textContent = text;
}
