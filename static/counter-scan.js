/**
 * Scanners that type like a keyboard, at the counter's pages.
 *
 * Two ways to hear them: keys by their place (`event.code`), which is right with a Chinese input
 * method on, too; and, where Android tells no places, a focused box that brings no keyboard up.
 */

const BURST_GAP_MS = 80;
const BOX_IDLE_MS = 180;
const SHORTEST_SCAN = 8;

/** The digit of a key by its place on the keyboard. */
function digitOf(event) {
  return /^(?:Digit|Numpad)([0-9])$/.exec(event.code)?.[1] ?? null;
}

/** The last run of digits in what was scanned or typed, full-width ones too. */
export function lastDigits(text) {
  return /(\d+)\D*$/.exec(text.normalize("NFKC"))?.[1] ?? "";
}

export function isEditable(element) {
  return element?.matches?.("input:not([type=checkbox], [type=radio]), textarea, select") ?? false;
}

/** Whether a key writes something: no shortcut, and not the space that presses a button. */
function isLetter(event) {
  return event.key.length === 1 && event.key !== " " && !(event.ctrlKey || event.altKey || event.metaKey);
}

/** Whether fingers are all there is: no mouse, and most likely no keyboard. */
export const byTouch = matchMedia("(hover: none) and (pointer: coarse)").matches;

/**
 * Collect what a scanner types and hand its last run of digits to `take`.
 *
 * A scanner's keys come faster than fingers and end with Enter or Tab. Where a box for text has
 * the focus the box gets them; a quantity is spared: it gets back what stood in it. What was typed
 * nowhere, and turns out to be no scan, goes to `write`. Keys that move about the page (`isMove`)
 * are no letters.
 */
export function listenToKeys({ take, write, isMove = () => false }) {
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
        if (!quantity && isLetter(event) && !isMove(event)) letters += event.key;
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

/**
 * Let a box without a keyboard of its own hear the scanner: whatever is written into it, and then
 * followed by silence or Enter, is a scan. It takes the focus back after every tap beside a box.
 */
export function listenInBox(box, { take, write }) {
  let waiting = 0;
  const read = () => {
    clearTimeout(waiting);
    const typed = box.value.trim();
    box.value = "";
    if (!typed) return;
    const digits = lastDigits(typed);
    if (digits.length >= SHORTEST_SCAN) take(digits);
    else write(typed);
  };
  const wake = () => {
    if (!isEditable(document.activeElement)) box.focus({ preventScroll: true });
  };
  box.hidden = false;
  box.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(read, BOX_IDLE_MS);
  });
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    read();
  });
  document.addEventListener("pointerup", () => setTimeout(wake));
  wake();
}
