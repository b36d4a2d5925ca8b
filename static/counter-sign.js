/** A signature drawn with a finger, a pen or the mouse; kept as strokes until it is sent. */

const INK = "#1a1a1a";
const LEAST_LENGTH = 60;
const WIDTH = 640;
const HEIGHT = 240;

export class Signature {
  /** `strokes` are those drawn before on this page, if it was drawn anew meanwhile. */
  constructor(part, changed, strokes = []) {
    Object.assign(this, { part, changed, strokes });
    this.canvas = part.querySelector("canvas");
    this.canvas.width = WIDTH;
    this.canvas.height = HEIGHT;
    this.canvas.addEventListener("pointerdown", (event) => this.begin(event));
    this.canvas.addEventListener("pointermove", (event) => this.go(event));
    part.querySelector("[data-unsign]").addEventListener("click", () => this.clear());
    this.draw();
  }

  /** Whether enough was drawn to be a name. */
  get isThere() {
    let length = 0;
    for (const stroke of this.strokes) {
      for (let at = 1; at < stroke.length; at += 1) {
        length += Math.hypot(stroke[at][0] - stroke[at - 1][0], stroke[at][1] - stroke[at - 1][1]);
      }
    }
    return length >= LEAST_LENGTH;
  }

  /** The signature as a PNG, black on white; null where there is none. */
  picture() {
    if (!this.isThere) return Promise.resolve(null);
    return new Promise((resolve) => this.canvas.toBlob(resolve, "image/png"));
  }

  place(event) {
    const box = this.canvas.getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width) * WIDTH;
    const y = ((event.clientY - box.top) / box.height) * HEIGHT;
    return [Math.round(x), Math.round(y)];
  }

  begin(event) {
    if (event.button > 0) return;
    event.preventDefault();
    this.canvas.setPointerCapture(event.pointerId);
    this.strokes.push([this.place(event)]);
  }

  go(event) {
    if (!this.canvas.hasPointerCapture(event.pointerId)) return;
    const moves = event.getCoalescedEvents?.() ?? [];
    for (const move of moves.length ? moves : [event]) this.strokes.at(-1).push(this.place(move));
    this.draw();
  }

  clear() {
    this.strokes.length = 0;
    this.draw();
  }

  draw() {
    const pen = this.canvas.getContext("2d");
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, WIDTH, HEIGHT);
    pen.strokeStyle = INK;
    pen.lineWidth = 5;
    pen.lineCap = pen.lineJoin = "round";
    for (const stroke of this.strokes) {
      pen.beginPath();
      pen.moveTo(...stroke[0]);
      for (const point of stroke) pen.lineTo(...point);
      pen.stroke();
    }
    this.part.classList.toggle("signature--there", this.strokes.length > 0);
    this.changed();
  }
}
