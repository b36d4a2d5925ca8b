/**
 * Editing a board's lines: who types a line of their own means it, and what was typed but not
 * chosen isn't sent. Without scripts the server asks which is meant.
 */

for (const line of document.querySelectorAll("[data-deed]")) {
  const typed = line.querySelector("input[type=text]");
  const own = line.querySelector("input[type=radio][value=own]");
  typed.addEventListener("input", () => {
    if (typed.value.trim()) own.checked = true;
  });
  typed.form.addEventListener("formdata", ({ formData }) => {
    if (!own.checked) formData.delete(typed.name);
  });
  // A picture chosen from the phone goes before those that are there, and asks for a new yes.
  const file = line.querySelector("input[type=file]");
  file?.addEventListener("change", () => {
    const chosen = line.querySelector("input[type=radio][name$=photo]:checked");
    if (file.files.length && chosen) chosen.checked = false;
    if (file.files.length) line.querySelector("input[type=checkbox]").checked = false;
  });
}
