/**
 * Typing in a count: Enter leads to the next box, a scanned barcode to its row, and the page says
 * how many are filled in. Choosing labels: all at once, or none. Without it both are plain forms.
 */

const BURST_GAP_MS = 80;
const SHORTEST_BARCODE = 8;
const SHORTEST_SKU = 3;

/** The row of what was scanned: a barcode of the goods, or the SKU of a shelf label. */
function rowOf(form, scanned) {
  const wanted = scanned.toUpperCase();
  return [...form.querySelectorAll("[data-sku]")].find(
    ({ dataset }) => dataset.barcode === scanned || dataset.sku === wanted,
  );
}

/** Give a row's box the focus, what stands in it selected. */
function turnTo(box) {
  box.focus();
  box.select();
  box.closest(".entries__entry").scrollIntoView({ block: "center" });
}

/** The character of a key, whatever input method is on; nothing for other keys. */
function characterOf({ code }) {
  const found = /^(?:Digit|Numpad|Key)([0-9A-Z])$/.exec(code);
  if (found) return found[1];
  return { Minus: "-", NumpadSubtract: "-", Period: ".", NumpadDecimal: "." }[code] ?? "";
}

/**
 * Enter after a scanner's burst seeks its row and gives the box that took the burst back what it
 * held; Enter after a person's digits leads to the next box. It never sends the form.
 */
function listen(form, boxes) {
  let burst = "";
  let last = 0;
  let before = "";
  document.addEventListener(
    "keydown",
    (event) => {
      const box = event.target.closest(".count__box");
      if (event.target.matches("input, textarea") && !box) return;
      if (event.timeStamp - last > BURST_GAP_MS) {
        burst = "";
        before = box?.value ?? "";
      }
      last = event.timeStamp;
      burst += characterOf(event);
      if (event.key !== "Enter") return;
      if (box) event.preventDefault();
      const scanned = /[A-Z]/.test(burst) ? burst.length >= SHORTEST_SKU : burst.length >= SHORTEST_BARCODE;
      const row = scanned ? rowOf(form, burst) : undefined;
      last = -Infinity; // what comes next is a burst of its own
      if (scanned && box) {
        box.value = before;
        box.dispatchEvent(new Event("input", { bubbles: true }));
      }
      if (row) {
        event.preventDefault();
        turnTo(row.querySelector(".count__box"));
      } else if (box && !scanned) {
        const next = boxes[boxes.indexOf(box) + 1];
        if (next) turnTo(next);
        else form.querySelector("[type=submit]").focus();
      }
    },
    true,
  );
}

/** Mark the rows that are filled in, and say how many. */
function addUp(form, boxes) {
  let done = 0;
  for (const box of boxes) {
    const filled = box.value.trim() !== "";
    box.closest(".entries__entry").classList.toggle("entries__entry--counted", filled);
    done += filled;
  }
  form.querySelector("[data-done]").textContent = done;
  form.querySelector("progress").value = done;
}

/** The address's part behind # names a box to go on with. */
function followHash() {
  const wanted = document.getElementById(location.hash.slice(1));
  if (wanted?.matches(".count__box")) turnTo(wanted);
}

/** Numbers that were typed and not saved are not to be lost by a slip of the finger. */
function guard(form, boxes) {
  const saved = boxes.map((box) => box.defaultValue);
  let sent = false;
  form.addEventListener("submit", () => {
    sent = true;
  });
  window.addEventListener("pageshow", () => {
    sent = false;
  });
  window.addEventListener("beforeunload", (event) => {
    if (!sent && boxes.some((box, place) => box.value !== saved[place])) event.preventDefault();
  });
}

/** Buttons that tick all boxes of a form, or none. */
function tickAll(ticks) {
  for (const button of ticks.querySelectorAll("[data-tick]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      for (const box of ticks.querySelectorAll("[type=checkbox]")) box.checked = Boolean(button.dataset.tick);
    });
  }
}

document.querySelectorAll("form[data-ticks]").forEach(tickAll);

const form = document.querySelector("form[data-count]");
if (form) {
  const boxes = [...form.querySelectorAll(".count__box")];
  listen(form, boxes);
  guard(form, boxes);
  form.addEventListener("input", () => addUp(form, boxes));
  addUp(form, boxes);
  window.addEventListener("hashchange", followHash);
  followHash();
}
