"""People to print for, and what is printed: the same every time; nobody here exists."""

from collections.abc import Iterator, Sequence
from datetime import date
from random import Random
from typing import Final, overload

from moralbank.boards.sheets import BoardEntry, BoardSheet
from moralbank.cards.faces import CardFace
from moralbank.cards.token import make_token
from moralbank.demo.material import material
from moralbank.demo.people import draw_families
from moralbank.notices.sheets import HouseholdLine, NoticeSheet

_SEED: Final = 2026
_GROUPS: Final = tuple("一二三四五六七八九十")
_RARE: Final = ("王䶮", "钟𬭎", "李㛃", "马𫖯", "陈玥珺", "古丽扎尔·买买提依明江")
"""What a roster has one of in a hundred: names that few fonts can write, and a long one."""
_EVERY: Final = 100
_HEADS: Final = 1000
_ON_A_BOARD: Final = 30
_DAY: Final = date(2026, 11, 20)
_MARK: Final = "1234-ab12cd34"
_ADDRESS: Final = "HTTPS://DAODE.EXAMPLE.CN/B/1"
_CONTACT: Final = "村监督委员会　孙守正　0476-0000000"


class CardFaces(Sequence[CardFace]):
    """`size` cards, each made when it is asked for, so that they take no memory themselves."""

    def __init__(self, size: int) -> None:
        """Draw a thousand heads of households; more cards begin with the first again."""
        self.size = size
        self.heads = heads(min(size, _HEADS))

    def __len__(self) -> int:
        """How many there are."""
        return self.size

    def __iter__(self) -> Iterator[CardFace]:
        """All of them in order."""
        return (self._face(number) for number in range(self.size))

    @overload
    def __getitem__(self, place: int) -> CardFace: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[CardFace]: ...
    def __getitem__(self, place: int | slice) -> CardFace | Sequence[CardFace]:
        """One of them, or some."""
        if isinstance(place, slice):
            return [self._face(number) for number in range(self.size)[place]]
        return self._face(range(self.size)[place])

    def _face(self, number: int) -> CardFace:
        token = make_token(Random(_SEED + number).randrange)  # noqa: S311 - nobody's card
        return CardFace(
            village="和睦村",
            town="青川镇",
            head=self.heads[number % len(self.heads)],
            household=f"{_GROUPS[number // 100 % len(_GROUPS)]}组 {number % 1000 + 1:03d} 号",
            token=token,
            payload=f"HTTPS://DAODE.EXAMPLE.CN/C/{token}",
            slogan="积小善　成大德",
            note="遗失请到村委会挂失补办，本卡不可买卖、转让",
        )


def heads(count: int) -> list[str]:
    """Names of `count` heads of households, one in a hundred of them rare."""
    size = -(-count // len(_GROUPS))
    draw = Random(_SEED)  # noqa: S311 - nothing secret is drawn
    families = draw_families(draw, material().names, {f"{group}组": size for group in _GROUPS})
    names = [family.row.head for family in families][:count]
    for place in range(0, count, _EVERY):
        names[place] = _RARE[place // _EVERY % len(_RARE)]
    return names


def board(number: int) -> BoardSheet:
    """The poster of a village's board; each `number` has its own people."""
    names = heads(_HEADS)[number * 7 :][:_ON_A_BOARD]
    return BoardSheet(
        title="善举榜",
        village="和睦村",
        organisation="和睦村村民委员会",
        period="二〇二六年第四季度",
        subject="户主",
        entries=tuple(
            BoardEntry(
                rank=rank,
                name=name,
                group=f"{_GROUPS[rank % len(_GROUPS)]}组",
                deed="雪天清扫村道，给独居老人送饭送药，冬天帮邻居劈柴",
                points=600 - 7 * rank,
            )
            for rank, name in enumerate(names, start=1)
        ),
        couplet=("积小善而成大德", "行好事以润乡邻"),
        contact=_CONTACT,
        issued_on=_DAY,
        public_url=_ADDRESS,
        ledger_mark=_MARK,
        issue=f"第 {number + 1} 期",
    )


def notice(households: int) -> NoticeSheet:
    """The list of a public notice with so many households."""
    return NoticeSheet(
        village="和睦村",
        town="青川镇",
        organisation="和睦村村民委员会",
        number=3,
        title="和睦村积分公示",
        first_day=_DAY,
        last_day=_DAY,
        days_words="3 天",
        contact=_CONTACT,
        mark=_MARK,
        digest="0123456789abcdef" * 4,
        public_url=_ADDRESS,
        households=tuple(
            HouseholdLine(
                place=place,
                group=f"{_GROUPS[place * len(_GROUPS) // (households + 1)]}组",
                number=f"{place:03d}",
                head=name,
                balance=3 * place,
                exchanged=place % 9,
                added=place % 30,
                deducted=place % 4,
            )
            for place, name in enumerate(heads(households), start=1)
        ),
        deeds=(),
        corrections=(),
        posts_words="期满无异议即入账。",
    )
