/**
 * Opening a round, and typing a paper form in by keyboard alone. The pages work without it.
 */

/** Propose an item's own buttons when it is chosen, as long as nobody typed others. */
function suggest(form) {
  const suggested = JSON.parse(form.dataset.suggested);
  for (const row of form.querySelectorAll("[data-round-item]")) {
    const item = row.querySelector("select");
    const box = row.querySelector("input");
    let proposed = suggested[item.value] ?? "";
    item.addEventListener("change", () => {
      if (box.value && box.value !== proposed) return;
      proposed = suggested[item.value] ?? "";
      box.value = proposed;
    });
  }
}

/** The word that was meant: by its place, or by how it begins; what is unclear stays as typed. */
function meant(typed, words) {
  const plain = typed.normalize("NFKC").trim();
  if (/^\d$/.test(plain)) return words[Number(plain) - 1] ?? typed;
  const near = words.filter((word) => plain && word.startsWith(plain));
  return words.includes(plain) ? plain : near.length === 1 ? near[0] : typed;
}

/** Enter goes to the next cell, the arrows up and down; a number becomes its word on leaving. */
function tendGrid(form) {
  const cells = [...form.querySelectorAll("[data-cell]")];
  const across = (cell) => cells.filter((one) => column(one) === column(cell));
  const step = (among, cell, by) => among[among.indexOf(cell) + by];
  form.addEventListener("keydown", (event) => {
    const cell = event.target;
    if (event.isComposing || !cell.matches("[data-cell]")) return;
    const next = {
      Enter: () => step(cells, cell, event.shiftKey ? -1 : 1),
      ArrowDown: () => step(across(cell), cell, 1),
      ArrowUp: () => step(across(cell), cell, -1),
    }[event.key];
    if (!next) return;
    event.preventDefault();
    const target = next();
    if (target) target.select();
    target?.focus();
  });
  form.addEventListener("focusout", (event) => {
    const cell = event.target;
    if (cell.matches("[data-cell]")) cell.value = meant(cell.value, JSON.parse(cell.dataset.words));
  });
}

function column(cell) {
  return cell.name.split("-")[2];
}

document.querySelectorAll("form[data-round-form]").forEach(suggest);
document.querySelectorAll("form[data-grid]").forEach(tendGrid);
