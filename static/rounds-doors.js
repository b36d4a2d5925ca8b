/**
 * The doors of a walk, made on the phone: the page brings one pattern, and of each household only
 * what differs. Hundreds of doors in full would be a heavy page for a village's network.
 */

const NAMED = ["id", "for", "aria-labelledby"];

/** What the server knows of this scorer's own scores at a door, by item. */
function tellOwn(door, own) {
  for (const { item, ...known } of own) Object.assign(door.querySelector(`[data-item="${item}"]`).dataset, known);
}

/** One door: a copy of the pattern with its household's words and numbers. */
function doorOf(pattern, { id, head, number, others = "", barred = "", own = [] }) {
  const door = pattern.cloneNode(true);
  for (const name of NAMED) {
    for (const one of [door, ...door.querySelectorAll(`[${name}]`)]) {
      if (one.hasAttribute(name)) one.setAttribute(name, one.getAttribute(name) + id);
    }
  }
  door.dataset.household = id;
  door.querySelector("[data-head]").textContent = head;
  door.querySelector("[data-number]").textContent = number;
  door.querySelector("[data-state]").textContent = others;
  if (others) door.dataset.others = "";
  if (barred) {
    door.dataset.barred = "";
    door.querySelector("[data-why] span").textContent = barred;
  }
  for (const one of door.querySelectorAll(barred ? ".door__item, .door__more" : "[data-why]")) one.remove();
  tellOwn(door, own);
  return door;
}

/** Put every group's doors into its section. */
export function hangDoors(root) {
  const pattern = root.querySelector("[data-pattern]").content.firstElementChild;
  for (const told of root.querySelectorAll("[data-doors]")) {
    told.replaceWith(...JSON.parse(told.content.textContent).map((door) => doorOf(pattern, door)));
  }
}
