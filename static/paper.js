/**
 * A sheet that is being drawn: how far it is, until the page can show it. Without this module the
 * page comes again by itself.
 */

const SECONDS_BETWEEN = 0.7;
const SECONDS_AFTER_TROUBLE = 3;

const box = document.querySelector("[data-job]");
const words = box.querySelector("[data-words]");
const bar = box.querySelector("progress");

/** Say how many pieces are done, where the drawing counts them. */
function show({ state, done, pieces }) {
  if (state !== "drawing") return;
  if (!pieces) {
    words.textContent = words.dataset.drawing;
    return;
  }
  bar.max = pieces;
  bar.value = Math.min(done, pieces);
  const counted = words.dataset.counted;
  words.textContent = counted.replace("{done}", bar.value).replace("{pieces}", pieces);
}

/** Ask once; whether the drawing goes on. An address that is gone speaks for itself on reload. */
async function goesOn() {
  const answer = await fetch(box.dataset.job, { headers: { Accept: "application/json" } });
  if (!answer.ok) return false;
  const told = await answer.json();
  show(told);
  return told.state === "waiting" || told.state === "drawing";
}

/** Ask again and again, through failures of the network too, and show the end. */
async function watch() {
  let wait = SECONDS_BETWEEN;
  try {
    if (!(await goesOn())) {
      location.reload();
      return;
    }
  } catch {
    wait = SECONDS_AFTER_TROUBLE;
  }
  setTimeout(watch, wait * 1000);
}

setTimeout(watch, SECONDS_BETWEEN * 1000);
