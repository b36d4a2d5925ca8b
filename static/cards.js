/**
 * The page that a card leads to: reads itself aloud, and shows itself in very large letters.
 */

/** Read the page to those who would rather listen; the same button stops. */
function tendVoice(button, words) {
  if (!("speechSynthesis" in window)) return;
  const label = button.querySelector("span");
  const show = (speaking) => {
    label.textContent = speaking ? button.dataset.stop : button.dataset.start;
  };
  button.hidden = false;
  button.addEventListener("click", () => {
    if (speechSynthesis.speaking) {
      speechSynthesis.cancel();
      show(false);
      return;
    }
    const speech = new SpeechSynthesisUtterance(words);
    speech.lang = document.documentElement.lang;
    speech.rate = 0.85;
    speech.onend = speech.onerror = () => show(false);
    speechSynthesis.speak(speech);
    show(true);
  });
  window.addEventListener("pagehide", () => speechSynthesis.cancel());
}

/** Larger letters, remembered on this phone where it allows that. */
function tendSize(button) {
  const show = (larger) => {
    document.documentElement.classList.toggle("text-larger", larger);
    button.setAttribute("aria-pressed", String(larger));
  };
  button.hidden = false;
  try {
    show(localStorage.getItem("larger") === "1");
  } catch {
    // Some browsers built into other apps keep nothing.
  }
  button.addEventListener("click", () => {
    const larger = button.getAttribute("aria-pressed") !== "true";
    show(larger);
    try {
      localStorage.setItem("larger", larger ? "1" : "0");
    } catch {
      // As above: the size then lasts as long as the page.
    }
  });
}

const tools = document.querySelector("[data-aloud]");
if (tools) {
  tendVoice(tools.querySelector("[data-speak]"), tools.dataset.aloud);
  tendSize(tools.querySelector("[data-larger]"));
}
