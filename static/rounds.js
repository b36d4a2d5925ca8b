/**
 * Scoring from door to door, with or without a network.
 *
 * A tap is an operation: it has an id of its own and is kept in IndexedDB until the server has
 * answered for that very id and revision. A changed mind keeps the id and gets the next revision.
 * Nothing is deleted before it was answered, and what the server refused stays, with its words.
 */

const BATCH = 50;
const ANSWER_MS = 20_000;
const PHOTO_MS = 90_000;
const FIRST_WAIT_MS = 2_000;
const LONGEST_WAIT_MS = 60_000;
const LONG_SIDE = 1600;
const CLOCK_MINUTES = 10;
const KEPT_DAYS = 90;
const ALL_AT_ONCE = 30; // a longer walk opens at one group

const root = document.querySelector("[data-walk]");
const words = JSON.parse(root.dataset.words);
const round = Number(root.dataset.round);
const user = Number(root.dataset.user);
const village = Number(root.dataset.village);

const say = (name, values = {}) =>
  words[name].replace(/\{(\w+)\}/g, (_whole, key) => values[key] ?? "");

/** 32 hexadecimal digits. `crypto.randomUUID` is missing on plain http, this is not. */
function newOp() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/* The walk --------------------------------------------------------------------------------- */

const doorKey = (household) => `${user}:${round}:${household}`;
const scoreKey = (household, item) => `${doorKey(household)}:${item}`;
const isOurs = (entry) => entry.user === user && entry.round === round;

class Walk {
  constructor(store) {
    this.store = store;
    this.scores = new Map();
    this.doors = new Map();
    this.fresh = new Set(); // scored since the filter was set: they stay in sight
    this.group = "";
    this.unscored = false;
    this.open = root.dataset.open === "1";
    this.sending = false;
    this.wait = FIRST_WAIT_MS;
    this.cards = [...root.querySelectorAll("[data-household]")].map((element) => ({
      element,
      id: Number(element.dataset.household),
      group: element.closest("[data-group]").dataset.group,
      barred: "barred" in element.dataset,
      others: "others" in element.dataset,
      items: [...element.querySelectorAll("[data-item]")],
    }));
  }

  async start() {
    await guarded(() => this.seed());
    await this.load();
    this.group = this.firstGroup();
    this.show();
    root.removeAttribute("data-opening");
    const chip = root.querySelector("[data-show][aria-pressed='true']");
    if (chip) chip.parentElement.scrollLeft = chip.offsetLeft - chip.parentElement.clientWidth / 2;
    await this.forgetOld();
    this.tend();
    if (this.store.memory) trouble("store", say("no_store"));
    this.sync();
  }

  /** Take over what the server knows of this scorer from another phone, or from before. */
  async seed() {
    for (const card of this.cards) {
      for (const item of card.items.filter((one) => one.dataset.op)) {
        const { op, revision, points, remark, conflict, photo } = item.dataset;
        const known = { op, revision: Number(revision), points: Number(points), remark };
        await this.store.update("scores", scoreKey(card.id, Number(item.dataset.item)), (mine) =>
          merged(mine, known, conflict, card.id, Number(item.dataset.item)),
        );
        const there = photo ? { op: "", bytes: null, number: Number(photo), why: "" } : null;
        await this.store.update("doors", doorKey(card.id), (door) =>
          door ? undefined : { ...newDoor(card.id), remark, photo: there },
        );
      }
    }
  }

  /** Read again what is kept: another tab may have changed it. */
  async load() {
    const [scores, doors] = [await this.store.all("scores"), await this.store.all("doors")];
    this.scores = new Map(scores.filter(isOurs).map((one) => [one.key, one]));
    this.doors = new Map(doors.filter(isOurs).map((one) => [one.key, one]));
    const others = scores.filter((one) => one.user !== user && one.state === "waiting");
    const names = [...new Set(others.map((one) => one.name))].join("、");
    trouble("others", others.length ? say("others_waiting", { n: others.length, names }) : "");
    this.show();
  }

  /** What was sent long ago is in the village's books and needs no place here. */
  async forgetOld() {
    const old = Date.now() - KEPT_DAYS * 86_400_000;
    for (const one of await this.store.all("scores")) {
      if (one.state === "sent" && Date.parse(one.at) < old) await this.store.remove("scores", one.key);
    }
  }

  tend() {
    root.addEventListener("click", (event) => this.click(event));
    root.addEventListener("change", (event) => this.change(event));
    window.addEventListener("online", () => this.soon());
    document.addEventListener("visibilitychange", async () => {
      if (document.visibilityState !== "visible") return;
      await this.load();
      this.soon();
    });
  }

  async click(event) {
    const mark = event.target.closest(".mark");
    if (mark) await guarded(() => this.tap(mark));
    else if (event.target.closest("[data-send]")) this.soon();
    else if (event.target.closest("[data-backup]")) await this.backup();
    else this.filter(event.target.closest("[data-show], [data-unscored]"));
  }

  async change(event) {
    const card = this.cards.find((one) => one.element.contains(event.target));
    if (!card) return;
    if (event.target.matches("[data-remark-box]")) {
      await guarded(() => this.remark(card, event.target.value.trim()));
    } else if (event.target.matches("[data-photo]") && event.target.files.length) {
      await guarded(() => this.photo(card, event.target));
    }
  }

  /** One score, one tap. */
  async tap(mark) {
    const card = this.cards.find((one) => one.element.contains(mark));
    const item = Number(mark.closest("[data-item]").dataset.item);
    const points = Number(mark.value);
    const remark = this.doors.get(doorKey(card.id))?.remark ?? "";
    const key = scoreKey(card.id, item);
    const made = await this.store.update("scores", key, (mine) => {
      if (mine && mine.points === points && mine.state !== "refused") return undefined;
      return next(mine, { household: card.id, item, points, remark });
    });
    this.scores.set(key, made);
    this.fresh.add(card.id);
    this.show();
    this.soon();
  }

  async remark(card, remark) {
    const key = doorKey(card.id);
    const door = await this.store.update("doors", key, (mine) => ({ ...newDoor(card.id), ...mine, remark }));
    this.doors.set(key, door);
    await this.revise(card, { remark });
  }

  /** A photo is made small before it is kept: a phone's own would fill the store. */
  async photo(card, input) {
    const bytes = await smaller(input.files[0]);
    input.value = "";
    const photo = { op: newOp(), bytes, number: null, why: bytes ? "" : say("photo_unreadable") };
    const key = doorKey(card.id);
    const door = await this.store.update("doors", key, (mine) => ({ ...newDoor(card.id), ...mine, photo }));
    this.doors.set(key, door);
    await this.revise(card, {});
  }

  /** What was given at this door before gets the new remark or photo: the next revision. */
  async revise(card, changes) {
    for (const item of card.items) {
      const key = scoreKey(card.id, Number(item.dataset.item));
      if (!this.scores.has(key)) continue;
      const made = await this.store.update("scores", key, (mine) => next(mine, { ...mine, ...changes }));
      this.scores.set(key, made);
    }
    this.show();
    this.soon();
  }

  filter(button) {
    if (!button) return;
    if ("unscored" in button.dataset) this.unscored = !this.unscored;
    else this.group = keepGroup(button.dataset.show);
    this.fresh.clear();
    this.show();
  }

  /** The group chosen last while doors are left in it; else, on a long walk, the first with any. */
  firstGroup() {
    const left = this.cards.filter((card) => !card.barred && !this.isTouched(card));
    const kept = keptGroup();
    if (kept === "" || left.some((card) => card.group === kept)) return kept;
    return this.cards.length > ALL_AT_ONCE ? (left[0] ?? this.cards[0]).group : "";
  }

  /* What is seen --------------------------------------------------------------------------- */

  scoreOf(card, item) {
    return this.scores.get(scoreKey(card.id, Number(item.dataset.item)));
  }

  /** Whether anybody has scored here, all items or some. */
  isTouched(card) {
    return card.others || card.items.some((item) => this.scoreOf(card, item));
  }

  isDone(card) {
    return card.others || card.items.every((item) => this.scoreOf(card, item));
  }

  show() {
    let shown = 0;
    for (const card of this.cards) {
      if (!card.barred) this.showCard(card);
      const here = !this.group || card.group === this.group;
      const wanted = !this.unscored || this.fresh.has(card.id) || (!card.barred && !this.isDone(card));
      card.element.hidden = !(here && wanted);
      shown += !card.element.hidden;
    }
    for (const section of root.querySelectorAll("[data-group]")) {
      const cards = this.cards.filter((card) => card.group === section.dataset.group);
      section.hidden = cards.every((card) => card.element.hidden);
      section.querySelector("[data-group-done]").textContent = this.progress(cards).join("/");
    }
    root.querySelector("[data-nobody]").hidden = shown > 0;
    for (const button of root.querySelectorAll("[data-show]")) {
      button.setAttribute("aria-pressed", button.dataset.show === this.group);
    }
    root.querySelector("[data-unscored]").setAttribute("aria-pressed", this.unscored);
    this.showFigures();
  }

  progress(cards) {
    const ours = cards.filter((card) => !card.barred);
    return [ours.filter((card) => this.isDone(card)).length, ours.length];
  }

  showFigures() {
    const [done, total] = this.progress(
      this.cards.filter((card) => !this.group || card.group === this.group),
    );
    root.querySelector("[data-done]").textContent = done;
    root.querySelector("[data-total]").textContent = total;
    const bar = root.querySelector("[data-progress]");
    bar.max = Math.max(1, total);
    bar.value = done;
    const waiting = this.of("waiting").length;
    const refused = this.of("refused").length;
    const parts = [waiting && say("waiting", { n: waiting }), refused && say("refused", { n: refused })];
    const line = root.querySelector("[data-waiting]");
    line.textContent = parts.filter(Boolean).join(" · ") || say(this.scores.size ? "sent" : "none");
    line.dataset.tone = refused ? "refused" : waiting ? "waiting" : this.scores.size ? "sent" : "";
  }

  of(state) {
    return [...this.scores.values()].filter((one) => one.state === state);
  }

  showCard(card) {
    const scores = card.items.map((item) => this.scoreOf(card, item));
    const state = ["refused", "conflict", "waiting", "sent"].find((name) =>
      scores.some((score) => score?.state === name),
    );
    if (state) card.element.querySelector("[data-state]").textContent = say(`state_${state}`);
    card.element.classList.toggle("door--done", this.isDone(card));
    card.element.classList.toggle("door--wrong", state === "refused" || state === "conflict");
    card.items.forEach((item, place) => {
      for (const mark of item.querySelectorAll(".mark")) {
        mark.disabled = !this.open;
        mark.setAttribute("aria-pressed", scores[place]?.points === Number(mark.value));
      }
      const line = item.querySelector("[data-words]");
      line.hidden = !scores[place]?.words;
      line.querySelector("span").textContent = scores[place]?.words ?? "";
    });
    this.showExtra(card);
  }

  showExtra(card) {
    const door = this.doors.get(doorKey(card.id));
    const box = card.element.querySelector("[data-remark-box]");
    if (document.activeElement !== box) box.value = door?.remark ?? "";
    const photo = door?.photo;
    let line = "";
    if (photo) {
      line = photo.why ? say("photo_refused", { why: photo.why }) : say(photo.number ? "photo_sent" : "photo_waiting");
    }
    card.element.querySelector("[data-photo-state]").textContent = line;
  }

  /* Sending -------------------------------------------------------------------------------- */

  /** Send now: somebody did something, or the network came back. */
  soon() {
    this.wait = FIRST_WAIT_MS;
    this.sync();
  }

  /** Send what waits; where that fails, again later, ever more slowly. */
  async sync() {
    if (this.sending) {
      this.again = true;
      return;
    }
    this.sending = true;
    clearTimeout(this.timer);
    try {
      do {
        this.again = false;
        await this.send();
      } while (this.again);
    } catch (fault) {
      trouble("link", say(fault.server ? "server" : "offline"));
    }
    this.sending = false;
    if (!this.of("waiting").length) return;
    this.timer = setTimeout(() => this.sync(), this.wait * (0.8 + 0.4 * Math.random()));
    this.wait = Math.min(LONGEST_WAIT_MS, this.wait * 2);
  }

  /** One go at all that waits. Throws where the server can't be reached or can't answer. */
  async send() {
    const found = await asJson(root.dataset.tokenUrl, {});
    if (!this.mayGoOn(found)) return;
    await this.sendPhotos(found.token);
    const waiting = this.of("waiting").filter((one) => !this.photoWaits(one.household));
    for (let first = 0; first < waiting.length; first += BATCH) {
      await this.sendScores(found.token, waiting.slice(first, first + BATCH));
      this.show();
    }
  }

  /** Whether a photo has to go first: a revision is sent with its photo or never had one. */
  photoWaits(household) {
    const photo = this.doors.get(doorKey(household))?.photo;
    return Boolean(photo?.bytes && !photo.number && !photo.why);
  }

  /** Whether the one who is signed in is the one whose scores these are. */
  mayGoOn(found) {
    trouble("link", "");
    const signedOut = found.status === "signed-out";
    const other = found.user && found.user !== user;
    const names = { name: found.name, own: root.dataset.name };
    trouble("sign-in", signedOut ? say("sign_in") : other ? say("other_user", names) : "");
    if (signedOut || other) return false;
    if (!found.token || !found.scorer) {
      trouble("link", say(found.status >= 500 ? "server" : "not_scorer"));
      return false;
    }
    const minutes = Math.round(Math.abs(Date.now() - Date.parse(found.now)) / 60_000);
    trouble("clock", minutes > CLOCK_MINUTES ? say("clock", { n: minutes }) : "");
    trouble("closed", found.open ? "" : say("closed"));
    if (this.open !== found.open) {
      this.open = found.open;
      this.show();
    }
    return true;
  }

  async sendPhotos(token) {
    for (const door of this.doors.values()) {
      const photo = door.photo;
      const wanted = this.of("waiting").some((one) => one.household === door.household);
      if (!wanted || !this.photoWaits(door.household)) continue;
      const body = new FormData();
      body.append("op", photo.op);
      body.append("photo", new Blob([photo.bytes], { type: "image/jpeg" }), "photo.jpg");
      const answer = await asJson(root.dataset.photosUrl, { token, body, patience: PHOTO_MS });
      if (answer.status >= 500 || !(answer.photo || answer.words)) throw noAnswer();
      const made = await this.store.update("doors", door.key, (mine) =>
        mine?.photo?.op === photo.op
          ? { ...mine, photo: { ...mine.photo, number: answer.photo ?? null, why: answer.photo ? "" : answer.words } }
          : undefined,
      );
      this.doors.set(door.key, made);
    }
  }

  async sendScores(token, batch) {
    const body = JSON.stringify({ operations: batch.map((one) => this.outgoing(one)) });
    const answer = await asJson(root.dataset.scoresUrl, { token, body, json: true });
    if (!answer.answers) throw noAnswer();
    for (const [place, one] of answer.answers.entries()) await this.answered(batch[place], one);
  }

  /** A score as the server wants it; its photo has its number by now, or was refused. */
  outgoing(one) {
    const { op, revision, household, item, points, remark, at } = one;
    const photo = this.doors.get(doorKey(household))?.photo?.number ?? null;
    return { op, revision, household, item, points, remark, at, photo };
  }

  /** Only the very revision that was answered is done; a mind that changed meanwhile still waits. */
  async answered(sent, answer) {
    const states = { ok: "sent", duplicate: answer.words ? "conflict" : "sent", conflict: "conflict", refused: "refused" };
    const state = states[answer.outcome];
    if (!state || answer.op !== sent.op || answer.revision !== sent.revision) return;
    const made = await this.store.update("scores", sent.key, (mine) =>
      mine && sameWord(mine, sent) ? { ...mine, state, words: answer.words } : undefined,
    );
    this.scores.set(sent.key, made);
  }

  /* The backup ----------------------------------------------------------------------------- */

  async backup() {
    await this.load();
    const operations = [...this.scores.values()].map((one) => {
      const photo = this.doors.get(doorKey(one.household))?.photo;
      const data = photo?.bytes && !photo.number ? dataUrl(photo.bytes) : "";
      return { ...this.outgoing(one), state: one.state, words: one.words, photo_data: data };
    });
    const content = { kind: "moralbank-round", village, round, user, name: root.dataset.name, saved: new Date().toISOString(), operations };
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([JSON.stringify(content)], { type: "application/json" }));
    link.download = `评比-${round}-${root.dataset.name}.json`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  }
}

/** The group that this scorer chose last in this round; undefined where none was. */
function keptGroup() {
  try {
    return localStorage.getItem(`moralbank-round-group ${user} ${round}`) ?? undefined;
  } catch {
    return undefined; // the browser keeps nothing
  }
}

/** Remember the chosen group on this phone, where it may; gives the group back. */
function keepGroup(group) {
  try {
    localStorage.setItem(`moralbank-round-group ${user} ${round}`, group);
  } catch {
    // It holds until the page is closed.
  }
  return group;
}

const newDoor = (household) => ({ user, round, household, remark: "", photo: null });
const sameWord = (one, other) => one.op === other.op && one.revision === other.revision;

/** The next word on a score: the first under a new id, a later one under the next revision. */
function next(mine, { household, item, points, remark }) {
  return {
    user,
    name: root.dataset.name,
    round,
    household,
    item,
    points,
    remark,
    op: mine?.op ?? newOp(),
    revision: (mine?.revision ?? 0) + 1,
    at: new Date().toISOString(),
    state: "waiting",
    words: "",
  };
}

/** One's own score as the phone and as the server know it: whichever is the later word. */
function merged(mine, known, conflict, household, item) {
  const taken = { user, round, household, item, ...known, at: "", state: conflict ? "conflict" : "sent", words: conflict ?? "" };
  if (!mine) return taken;
  if (mine.op !== known.op || mine.revision > known.revision) return undefined;
  if (mine.state !== "waiting") return taken;
  const same = mine.points === known.points && mine.remark === known.remark;
  return same && mine.revision === known.revision ? taken : { ...mine, revision: known.revision + 1 };
}

/** Run what writes to the phone's store, and say so where it can't. */
async function guarded(act) {
  try {
    await act();
  } catch {
    trouble("store", say("unsaved"));
  }
}

/** Show a trouble in words; empty ones take it away. */
function trouble(name, said) {
  const place = root.querySelector(`[data-trouble="${name}"]`);
  const line = place.querySelector("[data-trouble-words]");
  if (line.textContent !== said) line.textContent = said;
  place.hidden = !said;
}

/** Ask the server; its JSON with the status, "signed-out" where it sends us to sign in. */
async function asJson(address, { token, body, json, patience = ANSWER_MS }) {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), patience);
  const headers = { ...(token && { "X-CSRFToken": token }), ...(json && { "Content-Type": "application/json" }) };
  try {
    const answer = await fetch(address, {
      method: body ? "POST" : "GET",
      headers,
      body,
      cache: "no-store",
      redirect: "manual",
      signal: stop.signal,
    });
    if (answer.type === "opaqueredirect") return { status: "signed-out" };
    const isJson = answer.headers.get("Content-Type")?.includes("application/json");
    return { ...(isJson ? await answer.json() : {}), status: answer.status };
  } finally {
    clearTimeout(timer);
  }
}

/** The server was reached, but couldn't answer as it should: its database is busy, or it starts. */
function noAnswer() {
  return Object.assign(new Error("no answer"), { server: true });
}

/** A photo as JPEG of at most 1600 dots; null where the browser can't read it. */
async function smaller(file) {
  try {
    const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, LONG_SIDE / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.82));
    return await blob.arrayBuffer();
  } catch {
    return null;
  }
}

function dataUrl(bytes) {
  let letters = "";
  for (const byte of new Uint8Array(bytes)) letters += String.fromCharCode(byte);
  return `data:image/jpeg;base64,${btoa(letters)}`;
}

// Both by their versioned addresses.
const [{ Store }, { hangDoors }] = await Promise.all([
  import(root.dataset.store),
  import(root.dataset.doormaker),
]);
hangDoors(root);
await new Walk(await Store.open()).start();
