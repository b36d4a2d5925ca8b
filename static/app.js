/**
 * The shell of every page: the menu on a phone, quantity steppers, and forms that are sent once.
 * Pages work without it. Rooms bring their own modules.
 */

/** Close the phone's menu on Escape, giving the focus back, or on a touch outside it. */
function tendMenu(menu) {
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
  document.addEventListener("click", (event) => {
    if (menu.open && !menu.contains(event.target)) menu.open = false;
  });
}

/** The buttons that send this form, wherever in the page they stand. */
function sendersOf(form) {
  return [...form.elements].filter((element) => element.type === "submit");
}

/**
 * Disable a POST form's buttons once it is on its way. The wait of one turn lets the browser put
 * the pressed button's own name and value into the request first.
 */
function sendOnce(event) {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post" || "download" in form.dataset) return;
  setTimeout(() => {
    form.setAttribute("aria-busy", "true");
    for (const button of sendersOf(form)) button.disabled = true;
  });
}

/** A page taken back from the browser's memory must be usable again. */
function reviveForms() {
  for (const form of document.querySelectorAll("form[aria-busy]")) {
    form.removeAttribute("aria-busy");
    for (const button of sendersOf(form)) button.disabled = false;
  }
}

/** Change a stepper's number by its button, and tell the page as if it had been typed. */
function step(event) {
  const button = event.target.closest("[data-stepper] [data-step]");
  if (!button) return;
  const input = button.closest("[data-stepper]").querySelector("input");
  const before = input.value;
  if (Number(button.dataset.step) > 0) input.stepUp();
  else input.stepDown();
  if (input.value === before) return;
  input.dispatchEvent(new Event("input", { bubbles: true }));
  input.dispatchEvent(new Event("change", { bubbles: true }));
}

/**
 * Where nobody is signed in, let go of the pages that were kept for use without a network
 * (service-worker.js): what one person saw isn't for the next. Scores not sent yet stay.
 */
async function forgetPages() {
  if (!document.querySelector("[data-signed-out]") || !("caches" in window)) return;
  for (const name of await caches.keys()) {
    if (name.startsWith("moralbank-round ")) await caches.delete(name);
  }
}

/** Where chips don't fit a phone's width, bring the current one into sight. */
function showCurrent(chip) {
  const row = chip.parentElement;
  const [outer, inner] = [row.getBoundingClientRect(), chip.getBoundingClientRect()];
  if (inner.right > outer.right) row.scrollLeft += inner.left - outer.left - (outer.width - inner.width) / 2;
}

document.querySelectorAll("[data-menu]").forEach(tendMenu);
document.querySelectorAll(".chips > .chip[aria-current]").forEach(showCurrent);
document.addEventListener("submit", sendOnce);
document.addEventListener("click", step);
window.addEventListener("pageshow", reviveForms);
forgetPages();
