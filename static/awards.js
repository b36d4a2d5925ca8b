/**
 * Recording and reviewing: the sum while one types, how many are ticked, and one touch to tick a
 * whole group. The pages work without it.
 */

const words = [...document.scripts].find((script) => "all" in script.dataset)?.dataset.all;

/** Keep "共 N 分" right while the quantity changes. */
function tendSum(line) {
  const figure = line.querySelector("[data-sum-points]");
  const quantity = document.querySelector("input[name='quantity']");
  if (!figure || !quantity) return;
  quantity.addEventListener("input", () => {
    figure.textContent = Number(line.dataset.each) * Math.max(0, Number(quantity.value) || 0);
  });
}

/** The boxes inside an element that can be ticked. */
function boxesOf(element) {
  return [...element.querySelectorAll("[name='households'], [name='awards']")].filter(
    (box) => box.type === "checkbox" && !box.disabled,
  );
}

/** Say how many boxes of a list are ticked, and how many points they stand for. */
function tally(list) {
  const ticked = boxesOf(list).filter((box) => box.checked);
  const points = ticked.reduce((sum, box) => sum + Number(box.dataset.points || 0), 0);
  const line = document.querySelector("[data-tally-words]");
  line.textContent = line.dataset.tallyWords
    .replace("{n}", ticked.length)
    .replace("{points}", String(points).replace("-", "−"));
}

/** Add a box that ticks, or clears, a whole group. */
function addAll(group, list) {
  const boxes = boxesOf(group);
  if (boxes.length < 2) return;
  const label = document.createElement("label");
  const box = document.createElement("input");
  label.className = "check";
  box.type = "checkbox";
  box.className = "check__box";
  const name = document.createElement("span");
  name.textContent = words;
  label.append(box, name);
  box.addEventListener("change", () => {
    for (const one of boxes) one.checked = box.checked;
    tally(list);
  });
  const mirror = () => {
    box.checked = boxes.every((one) => one.checked);
    box.indeterminate = !box.checked && boxes.some((one) => one.checked);
  };
  list.addEventListener("change", mirror);
  mirror();
  (group.querySelector(".card__head") ?? group.querySelector(".tiles-group__title")).append(label);
}

document.querySelectorAll("[data-sum]").forEach(tendSum);
for (const list of document.querySelectorAll("[data-tally]")) {
  list.querySelectorAll("[data-group]").forEach((group) => addAll(group, list));
  list.addEventListener("change", () => tally(list));
  tally(list);
}
