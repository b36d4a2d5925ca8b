/**
 * The shop's forms: a scanned barcode leads to its row, and what came in is added up.
 */

const BURST_GAP_MS = 80;
const SHORTEST_BARCODE = 8;

/** The row of a scanned product gets the focus; a receipt's form has one row for each. */
function seek(form, digits) {
  const row = [...form.querySelectorAll("[data-barcode]")].find(
    ({ dataset }) => dataset.barcode === digits,
  );
  row?.querySelector("input").select();
  row?.scrollIntoView({ block: "center" });
  return Boolean(row);
}

/** Of a large shop only a part is on the page: the form asks for the rest, with what was typed. */
function seekBeyond(form, words) {
  const beyond = form.querySelector("[data-beyond]");
  if (!beyond) return;
  beyond.querySelector("input").value = words;
  form.requestSubmit(beyond.querySelector("button"));
}

/** Watch for a scanner's burst of digits; a quantity that took it gets back what it held. */
function listenToScanner(form) {
  let digits = "";
  let last = 0;
  let before = "";
  form.ownerDocument.addEventListener(
    "keydown",
    (event) => {
      const box = event.target.closest(".stepper__input");
      if (event.target.matches("input, textarea") && !box) return;
      if (event.timeStamp - last > BURST_GAP_MS) {
        digits = "";
        before = box?.value ?? "";
      }
      last = event.timeStamp;
      const digit = /^(?:Digit|Numpad)([0-9])$/.exec(event.code)?.[1];
      if (digit) digits += digit;
      if (event.key !== "Enter") return;
      // Enter in a quantity never sends the receipt by accident: scanners end with it.
      if (box) event.preventDefault();
      if (digits.length < SHORTEST_BARCODE) return;
      event.preventDefault();
      if (box) {
        box.value = before;
        box.dispatchEvent(new Event("input", { bubbles: true }));
      }
      if (!seek(form, digits)) seekBeyond(form, digits);
      digits = "";
    },
    true,
  );
}

/** Fen from what was typed in yuan; null for what is no amount. */
function fenOf(typed) {
  const found = /^(\d{1,7})(?:\.(\d{1,2}))?$/.exec(typed.normalize("NFKC").trim());
  return found ? Number(found[1]) * 100 + Number((found[2] ?? "").padEnd(2, "0")) : null;
}

/** How many kinds and pieces were typed so far, and what they cost where that is known. */
function addUp(form) {
  let kinds = 0;
  let pieces = 0;
  let paid = 0;
  for (const input of form.querySelectorAll(".stepper__input")) {
    const count = Math.max(0, Math.trunc(Number(input.value)) || 0);
    const line = input.closest(".entries__entry");
    line.classList.toggle("entries__entry--filled", count > 0);
    const cost = line.querySelector("[data-cost]");
    kinds += count > 0 ? 1 : 0;
    pieces += count;
    paid += count * ((cost && fenOf(cost.value)) ?? 0);
  }
  form.querySelector("[data-kinds]").textContent = kinds;
  form.querySelector("[data-pieces]").textContent = pieces;
  const sum = form.querySelector("[data-paid]");
  if (!sum) return;
  sum.hidden = paid === 0;
  sum.querySelector("[data-yuan]").textContent = (paid / 100).toFixed(2);
}

/** Leave in sight what the words fit, and what has pieces already. */
function narrow(form, words) {
  const sought = words.normalize("NFKC").trim().toLowerCase();
  for (const shelf of form.querySelectorAll("[data-shelf]")) {
    const lines = [...shelf.querySelectorAll("[data-words]")];
    for (const line of lines) {
      const filled = line.classList.contains("entries__entry--filled");
      line.hidden = !(filled || line.dataset.words.toLowerCase().includes(sought));
    }
    shelf.hidden = lines.every((line) => line.hidden);
  }
}

/** The box that narrows the list; Enter goes to the first line left and sends nothing. */
function seekByWords(form) {
  const field = form.querySelector("[data-seek]");
  if (!field) return;
  const box = field.querySelector("input");
  field.hidden = false;
  box.addEventListener("input", () => narrow(form, box.value));
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    const first = form.querySelector("[data-words]:not([hidden], .entries__entry--filled) .stepper__input");
    if (first) first.select();
    else seekBeyond(form, box.value);
  });
}

const receipt = document.querySelector("form[data-receive]");
if (receipt) {
  receipt.querySelector("[data-sum]").hidden = false;
  receipt.classList.add("intake--live");
  listenToScanner(receipt);
  seekByWords(receipt);
  receipt.addEventListener("input", () => addUp(receipt));
  addUp(receipt);
  document.getElementById(receipt.dataset.found ?? location.hash.slice(1))?.select?.();
}

// A scanner ends with Enter: in the barcode's box that must not send a half-filled product.
for (const form of document.querySelectorAll("form[data-scanned]")) {
  form.elements.barcode.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault();
  });
}
