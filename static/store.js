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
      seek(form, digits);
      digits = "";
    },
    true,
  );
}

/** How many kinds and pieces were typed so far. */
function addUp(form) {
  const counts = [...form.querySelectorAll(".stepper__input")].map((input) => {
    const pieces = Math.max(0, Math.trunc(Number(input.value)) || 0);
    input.closest(".entries__entry").classList.toggle("entries__entry--filled", pieces > 0);
    return pieces;
  });
  form.querySelector("[data-kinds]").textContent = counts.filter(Boolean).length;
  form.querySelector("[data-pieces]").textContent = counts.reduce((sum, count) => sum + count, 0);
}

const receipt = document.querySelector("form[data-receive]");
if (receipt) {
  receipt.querySelector("[data-sum]").hidden = false;
  listenToScanner(receipt);
  receipt.addEventListener("input", () => addUp(receipt));
  addUp(receipt);
  document.getElementById(location.hash.slice(1))?.select?.();
}

// A scanner ends with Enter: in the barcode's box that must not send a half-filled product.
for (const form of document.querySelectorAll("form[data-scanned]")) {
  form.elements.barcode.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault();
  });
}
