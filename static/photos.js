/**
 * Photos that are too large to be sent together are drawn smaller on the phone first. Without
 * scripts they are sent as they are, and the server says what is too large.
 */

const TOGETHER = 20 * 1024 * 1024;
const LONG_SIDE = 2400;

/** The same photo, upright and no longer than LONG_SIDE; what we can't read stays as it is. */
async function smaller(file) {
  try {
    const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, LONG_SIDE / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    picture.close();
    const drawn = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.85));
    if (!drawn || drawn.size >= file.size) return file;
    return new File([drawn], "photo.jpg", { type: drawn.type });
  } catch {
    return file;
  }
}

/** Let what was chosen go through, one photo at a time; meanwhile the form can't be sent. */
async function shrink(input) {
  const files = [...input.files];
  if (files.reduce((sum, file) => sum + file.size, 0) <= TOGETHER) return;
  const senders = [...input.form.elements].filter((element) => element.type === "submit");
  for (const button of senders) button.disabled = true;
  const packed = new DataTransfer();
  for (const file of files) packed.items.add(await smaller(file));
  input.files = packed.files;
  for (const button of senders) button.disabled = false;
}

for (const input of document.querySelectorAll("input[data-photos]")) {
  input.addEventListener("change", () => shrink(input));
}
