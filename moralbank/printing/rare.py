"""What a clerk should know before paper is printed: characters of names that no font has.

Made for whole rosters: the fonts are opened only for names with characters beyond the ones that
the name voice is known to have.
"""

import re
from collections.abc import Iterable
from typing import Final

from moralbank.i18n import _, listed

_SURELY_PRINTABLE: Final = re.compile(r"[\u4e00-\u9fa5 -~·•　]*")
"""The hanzi of GBK, ASCII and what stands between the parts of a name."""


def signs_without_font(names: Iterable[str]) -> tuple[str, ...]:
    """Return the characters of ``names`` that paper can't show, each once, in order."""
    doubtful = dict.fromkeys(name for name in names if not _SURELY_PRINTABLE.fullmatch(name))
    if not doubtful:
        return ()
    # Loaded here since it opens the fonts, which almost no list of names needs.
    from moralbank.printing.text import unprintable  # noqa: PLC0415

    return tuple(dict.fromkeys(sign for name in doubtful for sign in unprintable(name)))


def warning(names: Iterable[str]) -> str:
    """Return what to tell whoever brings in or prints these names; nothing when all is well."""
    signs = signs_without_font(names)
    if not signs:
        return ""
    return _("姓名里的“%(signs)s”字体里没有，纸上会印成□和拼音", signs=listed(signs))
