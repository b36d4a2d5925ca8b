/**
 * The page on which a board is changed: how it would stand is drawn anew while one types. Without
 * this module the button 预览 does the same.
 */

const form = document.querySelector("form[data-preview]");
const standing = document.querySelector("[data-standing]");
const PAUSE = 350; // milliseconds without a change before the server is asked

let waiting = 0;
let asking = new AbortController();

/** Ask the server how the board would stand as it is typed; the latest question alone counts. */
async function look() {
  asking.abort();
  asking = new AbortController();
  try {
    const answer = await fetch(form.dataset.preview, {
      method: "POST",
      body: new FormData(form),
      signal: asking.signal,
    });
    if (answer.ok) standing.innerHTML = await answer.text();
  } catch {
    // Overtaken by the next question, or the network is gone: what stands there stays.
  }
}

/** Donors are not chosen by households and items: those parts would only puzzle. */
function suitMeasure() {
  const byYuan = form.elements.measure.value === "donated";
  for (const part of form.querySelectorAll(".board-desk__doers")) part.hidden = byYuan;
}

form.addEventListener("input", () => {
  suitMeasure();
  clearTimeout(waiting);
  waiting = setTimeout(look, PAUSE);
});
form.querySelector("button[name=preview]").hidden = true;
suitMeasure();
