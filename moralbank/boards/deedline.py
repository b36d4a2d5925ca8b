"""The one line that says why somebody stands on a board."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

from moralbank.i18n import _

COMFORTABLE: Final = 40
"""Characters of the longest line made of notes; whoever types a line is advised to keep to it."""

_JOINED: Final = 19
"""Notes are joined up to so many characters: as a poster's table holds in one row."""
_ELLIPSIS: Final = "…"


def told(notes: Iterable[str], counts: Counter[str]) -> str:
    """The notes in one line of at most COMFORTABLE characters, else what was done how often."""
    found = noted(notes)
    return _joined(found, _("；")) if found else counted(counts)


def counted(counts: Counter[str]) -> str:
    """What was done how often, the most frequent first: 志愿服务 12 次、出义务工 3 次."""
    parts = [_("%(what)s %(n)s 次", what=name, n=n) for name, n in counts.most_common()]
    return _joined(parts, _("、"))


def noted(notes: Iterable[str]) -> tuple[str, ...]:
    """Different notes in the order in which they came, as they can be joined."""
    return tuple(
        dict.fromkeys(note.strip().rstrip("。；，、.;,") for note in notes if note.strip())
    )


def _joined(parts: Sequence[str], link: str) -> str:
    """As many whole parts as fit together; where none does the first stands alone, maybe cut."""
    told_so_far = ""
    for part in parts:
        longer = f"{told_so_far}{link}{part}" if told_so_far else part
        if len(longer) <= _JOINED:
            told_so_far = longer
    if told_so_far or not parts:
        return told_so_far
    return cut(parts[0], COMFORTABLE)


def cut(text: str, longest: int) -> str:
    """The text in at most `longest` characters, with an ellipsis where some are left out."""
    return text if len(text) <= longest else text[: longest - 1] + _ELLIPSIS
