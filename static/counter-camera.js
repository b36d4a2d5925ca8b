/**
 * Reading a card's code with a camera: live, or in a photo.
 *
 * Where the browser can read QR codes itself (Chrome on Android and macOS) nothing is sent; else
 * the server reads, a small grey frame at most four times a second. No picture is kept anywhere.
 */

const LOOK_EVERY_MS = 250;
const FRAME_WIDTH = 640;
const PHOTO_SIDE = 1600;
const FRAME_QUALITY = 0.6;
const PHOTO_QUALITY = 0.85;
const ANSWER_MS = 15_000;
const WATCH_MS = 180_000;
const NOTHING_SEEN = "no_code_seen";

/** The browser's own reader of QR codes, or null. */
async function ownReader() {
  try {
    const formats = await window.BarcodeDetector.getSupportedFormats();
    return formats.includes("qr_code") ? new window.BarcodeDetector({ formats: ["qr_code"] }) : null;
  } catch {
    return null;
  }
}

/** A picture no longer than `side`, drawn on a canvas; grey where it is to be small. */
function drawn(source, width, height, side, grey) {
  const scale = Math.min(1, side / Math.max(width, height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  const pen = canvas.getContext("2d", { willReadFrequently: grey });
  pen.drawImage(source, 0, 0, canvas.width, canvas.height);
  if (!grey) return canvas;
  const image = pen.getImageData(0, 0, canvas.width, canvas.height);
  const dots = image.data;
  for (let at = 0; at < dots.length; at += 4) {
    dots[at] = dots[at + 1] = dots[at + 2] = (dots[at] * 77 + dots[at + 1] * 150 + dots[at + 2] * 29) >> 8;
  }
  pen.putImageData(image, 0, 0);
  return canvas;
}

const jpegOf = (canvas, quality) =>
  new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", quality));

/** What a camera sees, and what a photo shows, as the number on a card. */
export class Cards {
  /** `form` is sent to `/counter/scan`; `words` says what went wrong. */
  constructor(form, words) {
    this.form = form;
    this.words = words;
    this.reader = ownReader();
  }

  /** Ask the server what a picture shows: `{token, words, code}`. */
  async ask(picture) {
    const body = new FormData(this.form);
    body.set("picture", picture, "card.jpg");
    const headers = { Accept: "application/json" };
    try {
      const signal = AbortSignal.timeout(ANSWER_MS);
      const answer = await fetch(this.form.action, { method: "POST", body, headers, signal });
      if (answer.headers.get("Content-Type")?.includes("json")) return await answer.json();
      return { token: "", code: "", words: answer.redirected ? this.words.sign_in : this.words.failed };
    } catch {
      return { token: "", code: "", words: this.words.no_network };
    }
  }

  /** The card in a photo that was taken or chosen. */
  async inPhoto(file) {
    const picture = await createImageBitmap(file).catch(() => null);
    if (!picture) return this.ask(file); // the server says what is wrong with it
    const found = await this.byBrowser(picture);
    if (found) return { token: found };
    const canvas = drawn(picture, picture.width, picture.height, PHOTO_SIDE, false);
    return this.ask(await jpegOf(canvas, PHOTO_QUALITY));
  }

  /** The card before the camera now. */
  async inFrame(video) {
    if (!video.videoWidth) return { token: "", code: NOTHING_SEEN };
    if (await this.reader) return { token: await this.byBrowser(video), code: NOTHING_SEEN };
    const canvas = drawn(video, video.videoWidth, video.videoHeight, FRAME_WIDTH, true);
    return this.ask(await jpegOf(canvas, FRAME_QUALITY));
  }

  async byBrowser(source) {
    const codes = (await (await this.reader)?.detect(source).catch(() => [])) ?? [];
    return codes.map((code) => /(\d{15})\D*$/.exec(code.rawValue)?.[1]).find(Boolean) ?? "";
  }
}

/**
 * The live camera: opened by a button, and by itself where it was open at the last customer.
 *
 * `found` takes a card's number and says whether it goes on with it; else the camera looks on.
 */
export class Camera {
  constructor(part, cards, words, { found, byItself }) {
    Object.assign(this, { part, cards, words, found });
    this.button = part.querySelector("[data-camera]");
    this.video = part.querySelector("video");
    this.stream = null;
    this.button.addEventListener("click", () => (this.stream ? this.close() : this.open()));
    document.addEventListener("visibilitychange", () => {
      if (document.hidden) this.stop();
    });
    if (!navigator.mediaDevices?.getUserMedia) this.say(words.no_camera_here);
    else if (byItself && sessionStorage.getItem("camera") === "on") this.open();
  }

  /** Words under the button; the button itself stays, so that it can be tried again. */
  say(text) {
    const place = this.part.querySelector("[data-camera-words]");
    place.textContent = text;
    place.hidden = !text;
  }

  async open() {
    if (!navigator.mediaDevices?.getUserMedia) {
      this.say(this.words.no_camera_here);
      return;
    }
    this.say("");
    const wanted = { facingMode: "environment", width: { ideal: 1280 }, height: { ideal: 960 } };
    try {
      this.stream = await navigator.mediaDevices.getUserMedia({ video: wanted, audio: false });
    } catch (fault) {
      sessionStorage.removeItem("camera");
      this.say(this.words[`camera_${fault.name}`] ?? this.words.camera_failed);
      return;
    }
    sessionStorage.setItem("camera", "on");
    this.show(true);
    this.video.srcObject = this.stream;
    await this.video.play().catch(() => {});
    this.watch(this.stream);
  }

  /** Look again and again until a card is seen, the camera is closed, or nobody comes. */
  async watch(stream) {
    const end = performance.now() + WATCH_MS;
    while (this.stream === stream && performance.now() < end) {
      const begun = performance.now();
      const { token, words, code } = await this.cards.inFrame(this.video);
      if (this.stream !== stream) return;
      if (token && this.found(token)) {
        this.stop();
        return;
      }
      this.say(code === NOTHING_SEEN ? "" : words);
      await new Promise((go) => setTimeout(go, Math.max(0, begun + LOOK_EVERY_MS - performance.now())));
    }
    if (this.stream === stream) this.stop();
  }

  /** Closed by hand: it stays closed for the next customer, too. */
  close() {
    sessionStorage.removeItem("camera");
    this.stop();
  }

  stop() {
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    this.stream = null;
    this.show(false);
  }

  show(open) {
    this.part.querySelector("[data-picture]").hidden = !open;
    this.button.setAttribute("aria-pressed", String(open));
    const words = this.button.querySelector("span");
    words.textContent = open ? this.button.dataset.close : this.button.dataset.open;
  }
}

/** The box for a photo of the card: read at once when one was taken. */
export function tendPhoto(input, cards, words, { found, say }) {
  input.addEventListener("change", async () => {
    const file = input.files[0];
    if (!file) return;
    say(words.reading_photo, false);
    const { token, words: why } = await cards.inPhoto(file);
    input.value = ""; // the same photo may be tried again
    if (token) found(token);
    else say(why, true);
  });
}
