"""The one line that says why somebody stands on a board."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

from moralbank.awards.honours import Deed
from moralbank.boards.models import DeedChoice
from moralbank.i18n import _

COMFORTABLE: Final = 40
"""Characters of the longest line made of notes; whoever types a line is advised to keep to it."""

_JOINED: Final = 19
"""Notes are joined up to so many characters: as a poster's table holds in one row."""
_ELLIPSIS: Final = "…"


def told(deeds: Sequence[Deed], choice: DeedChoice) -> str:
    """The deeds' notes in one line of at most COMFORTABLE characters, else what was done how often.

    A minor's deeds are counted but not told: their notes may name a child.
    """
    notes = noted(deeds, choice)
    return _joined(notes, _("；")) if notes else counted(deeds)


def counted(deeds: Iterable[Deed]) -> str:
    """What was done how often, the most frequent first: 志愿服务 12 次、出义务工 3 次."""
    times = Counter(deed.item_name for deed in deeds)
    parts = [_("%(what)s %(n)s 次", what=name, n=n) for name, n in times.most_common()]
    return _joined(parts, _("、"))


def noted(deeds: Iterable[Deed], choice: DeedChoice) -> tuple[str, ...]:
    """Different notes, those to be told first in front; never of a minor's deed."""
    telling = [deed for deed in deeds if deed.note.strip() and not deed.minor]
    telling.sort(key=lambda deed: deed.deed_on, reverse=True)
    if choice == DeedChoice.HIGHEST:
        telling.sort(key=lambda deed: deed.points, reverse=True)
    return tuple(dict.fromkeys(deed.note.strip().rstrip("。；，、.;,") for deed in telling))


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
