"""What an examination found: one line each, and what to do about it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Verdict(StrEnum):
    """How things stand: `wrong` must be mended before the bank works on."""

    FINE = "fine"
    CAREFUL = "careful"
    WRONG = "wrong"


SIGNS: Final = {Verdict.FINE: "✓", Verdict.CAREFUL: "!", Verdict.WRONG: "✗"}


@dataclass(frozen=True)
class Finding:
    """One line: `key` is a stable word for programs, `words` and `advice` are translated."""

    verdict: Verdict
    key: str
    words: str
    advice: str = ""


def fine(key: str, words: str) -> Finding:
    """As it should be."""
    return Finding(Verdict.FINE, key, words)


def careful(key: str, words: str, advice: str) -> Finding:
    """It works, but somebody should see to it."""
    return Finding(Verdict.CAREFUL, key, words, advice)


def wrong(key: str, words: str, advice: str) -> Finding:
    """It doesn't work, or is about to lose something."""
    return Finding(Verdict.WRONG, key, words, advice)
