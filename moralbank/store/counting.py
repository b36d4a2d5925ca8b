"""Counting what lies on the shelf (盘点): opened with its sheet, typed in, posted once.

What the books expect is frozen when a count is opened, and posting applies the difference to
that, not the number that was counted: what went over the counter in between stays as it is.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import and_, func, insert, select, update
from sqlmodel import Session

from moralbank import audit, clock
from moralbank.audit import Actor
from moralbank.errors import Invalid, NotFound, Refused
from moralbank.i18n import _, mark
from moralbank.ledger.requests import once
from moralbank.ledger.service import lock, take_number
from moralbank.store.counts import CountedLine, CountHead, CountInfo, count_for, count_head
from moralbank.store.goods import LONGEST_NOTE, MOST_PIECES, TextTooLong
from moralbank.store.keeping import shop_for
from moralbank.store.models import Batch, CountState, MoveKind, StockCount, StockCountLine
from moralbank.store.moving import Arrival, Change, Paper, change, put, take
from moralbank.store.queries import ProductInfo, products, products_by_id

_counts = StockCount.__table__  # type: ignore[attr-defined]
_lines = StockCountLine.__table__  # type: ignore[attr-defined]
_batches = Batch.__table__  # type: ignore[attr-defined]


class NothingToCount(Invalid):
    """The shop has no goods in this category."""

    text = mark("这里没有可盘点的商品")
    code = "nothing_to_count"


class CountOverlaps(Refused):
    """A product is being counted already: two counts would post the same difference twice."""

    text = mark("“%(name)s”正在盘点（%(number)s，%(by)s %(at)s 开的），先把那一次入账或作废")
    code = "count_overlaps"


class CountPosted(Refused):
    """A count is posted once."""

    text = mark("%(number)s 已由%(by)s在 %(at)s 入账，不能再改")
    code = "count_posted"


class CountDropped(Refused):
    """What was dropped stays dropped."""

    text = mark("%(number)s 已由%(by)s在 %(at)s 作废，要盘就重新开一次")
    code = "count_dropped"


class CountedInvalid(Invalid):
    """What was counted is a whole number of pieces; 0 is one."""

    text = mark("“%(name)s”点到的数不对：须是 0 到 100000 的整数，没点的空着")
    code = "counted_invalid"


class NotInCount(NotFound):
    """The product is not on this count's sheet."""

    text = mark("这次盘点里没有“%(name)s”")
    code = "not_in_count"


class CountedOtherwise(Refused):
    """Two people counted the same shelf and found different numbers."""

    text = mark("“%(name)s”已经填了 %(counted)s，这次填的是 %(typed)s。请再点一遍，确认后再保存")
    code = "counted_otherwise"


class NothingCounted(Refused):
    """There is nothing to post where nothing was counted."""

    text = mark("还没有填点到的数，不能入账")
    code = "nothing_counted"


class CountChanged(Refused):
    """What is to be posted is no longer what was looked at."""

    text = mark("核对之后点到的数又改过，请再核对一遍")
    code = "count_changed"


class CountBelowZero(Refused):
    """More is missing than the books still have: some of it went over the counter meanwhile."""

    text = mark(
        "“%(name)s”盘亏 %(missing)s %(unit)s，可账上只剩 %(left)s %(unit)s：出表以后又兑换过。"
        "请重新点这一种"
    )
    code = "count_below_zero"


@dataclass(frozen=True)
class Tally:
    """What is typed beside one product: pieces found, None for a line that is left empty.

    `was` is what stood there when it was typed: nobody overwrites a number unseen.
    """

    pieces: int | None
    was: int | None = None


def open_count(
    session: Session, actor: Actor, request_id: str, *, category: str = "", note: str = ""
) -> int:
    """Open a count of the actor's shop, or of one category of it; its number.

    What is offered is counted, and whatever else still lies on the shelf. Raises NothingToCount,
    CountOverlaps, TextTooLong and what `shop_for` does.
    """
    category, note = category.strip(), note.strip()
    if len(note) > LONGEST_NOTE:
        raise TextTooLong(field="note", n=LONGEST_NOTE)
    shop_id = shop_for(session, actor).id

    def perform() -> int:
        goods = [
            one
            for one in products(session, actor.village_id, shop_id, active_only=False)
            if (one.active or one.stock) and category in {"", one.category}
        ]
        if not goods:
            raise NothingToCount(field="category")
        _require_free(session, actor.village_id, goods)
        number = _write_count(session, actor, shop_id, category, note)
        rows = [_line_row(actor.village_id, number, one) for one in goods]
        session.connection().execute(insert(_lines), rows)
        label = count_head(session, actor.village_id, number).label
        audit.record(session, actor, "store.count_open", label, lines=len(goods), category=category)
        return number

    content = {"shop": shop_id, "category": category, "note": note}
    return once(session, actor.village_id, request_id, "store.count_open", content, perform).result


def type_in(session: Session, actor: Actor, count_id: int, typed: Mapping[int, Tally]) -> int:
    """Write down what was counted, by product; how many lines that changed.

    All or nothing. Raises CountUnknown, NotYourShop, CountPosted, CountDropped, NotInCount,
    CountedInvalid and CountedOtherwise.
    """
    lock(session, actor.village_id)
    info = _open_info(session, actor, count_id)
    lines = {line.product.id: line for line in info.lines}
    changed = [
        (number, tally.pieces)
        for number, tally in typed.items()
        if _is_new(_line_called(lines, number), tally)
    ]
    for number, pieces in changed:
        session.connection().execute(
            update(_lines)
            .where(
                _lines.c.village_id == actor.village_id,
                _lines.c.count_id == count_id,
                _lines.c.product_id == number,
            )
            .values(counted=pieces)
        )
    if changed:
        audit.record(session, actor, "store.count", info.head.label, counted=dict(changed))
    return len(changed)


def post_count(
    session: Session, actor: Actor, request_id: str, count_id: int, seen: str = ""
) -> int:
    """Post the differences of what was counted to the books; the count's number.

    `seen` is the `CountInfo.digest` that the actor has looked at, if they have. What is missing
    leaves first expired first; what is too many joins the newest batch, or makes one at the
    product's cost. Raises CountUnknown, NotYourShop, CountPosted, CountDropped, NothingCounted,
    CountChanged, CountBelowZero.
    """

    def perform() -> int:
        info = _open_info(session, actor, count_id)
        if not info.counted:
            raise NothingCounted
        if seen and seen != info.digest:
            raise CountChanged
        _require_enough(info.differing)
        _move(session, actor, count_id, info.differing)
        _end(session, actor, count_id, CountState.POSTED)
        differences = {line.product.sku: line.difference for line in info.differing}
        label = info.head.label
        audit.record(session, actor, "store.count_post", label, differences=differences)
        return count_id

    content = {"count": count_id, "seen": seen}
    return once(session, actor.village_id, request_id, "store.count_post", content, perform).result


def drop_count(session: Session, actor: Actor, count_id: int) -> None:
    """Give a count up; the books stay as they are.

    Raises CountUnknown, NotYourShop, CountPosted, CountDropped.
    """
    lock(session, actor.village_id)
    head = _open_info(session, actor, count_id).head
    _end(session, actor, count_id, CountState.DROPPED)
    audit.record(session, actor, "store.count_drop", head.label)


def require_open(head: CountHead) -> None:
    """Raise CountPosted or CountDropped, with when and by whom, unless it may be typed in."""
    if head.open:
        return
    refusal = CountPosted if head.state is CountState.POSTED else CountDropped
    at = "" if head.ended_at is None else clock.minute(head.ended_at)
    raise refusal(number=head.label, by=head.ended_by, at=at)


def _open_info(session: Session, actor: Actor, count_id: int) -> CountInfo:
    info = count_for(session, actor, count_id)
    require_open(info.head)
    return info


def _require_free(session: Session, village_id: int, goods: Collection[ProductInfo]) -> None:
    """Refuse where one of the goods is in another count that is open."""
    row = (
        session.connection()
        .execute(
            select(_lines.c.count_id, func.min(_lines.c.product_id).label("product"))
            .join(
                _counts,
                and_(
                    _counts.c.village_id == _lines.c.village_id, _counts.c.id == _lines.c.count_id
                ),
            )
            .where(
                _counts.c.village_id == village_id,
                _counts.c.state == CountState.OPEN,
                _lines.c.product_id.in_([one.id for one in goods]),
            )
            .group_by(_lines.c.count_id)
            .order_by(_lines.c.count_id)
        )
        .first()
    )
    if row is None:
        return
    head = count_head(session, village_id, row.count_id)
    title = products_by_id(session, village_id, [row.product])[row.product].title
    at = clock.minute(head.opened_at)
    raise CountOverlaps(name=title, number=head.label, by=head.opened_by, at=at)


def _write_count(session: Session, actor: Actor, shop_id: int, category: str, note: str) -> int:
    number = take_number(session, actor.village_id, "stock_count")
    row = {
        "village_id": actor.village_id,
        "id": number,
        "shop_id": shop_id,
        "state": CountState.OPEN,
        "category": category,
        "note": note,
        "opened_at": clock.now(),
        "opened_by": actor.user_id,
        "ended_at": None,
        "ended_by": None,
    }
    session.connection().execute(insert(_counts), row)
    return number


def _line_row(village_id: int, count_id: int, product: ProductInfo) -> dict[str, int | None]:
    return {
        "village_id": village_id,
        "count_id": count_id,
        "product_id": product.id,
        "expected": product.stock,
        "counted": None,
    }


def _line_called(lines: Mapping[int, CountedLine], number: int) -> CountedLine:
    if number not in lines:
        raise NotInCount(name=number)
    return lines[number]


def _is_new(line: CountedLine, tally: Tally) -> bool:
    """Whether a line is to be written; refuses what is no count, and what overwrites unseen."""
    pieces = tally.pieces
    if pieces is not None and (type(pieces) is not int or not 0 <= pieces <= MOST_PIECES):
        raise CountedInvalid(field=f"counted-{line.product.id}", name=line.product.title)
    # A form carries all lines every time: what its writer left as it stood says nothing new.
    if pieces in {tally.was, line.counted}:
        return False
    if tally.was != line.counted:
        raise CountedOtherwise(
            field=f"counted-{line.product.id}",
            name=line.product.title,
            counted=_said(line.counted),
            typed=_said(pieces),
        )
    return True


def _said(pieces: int | None) -> str:
    return _("空着") if pieces is None else str(pieces)


def _require_enough(lines: Collection[CountedLine]) -> None:
    """Refuse to take away what the books no longer have."""
    for line in lines:
        if line.product.stock + line.difference < 0:
            raise CountBelowZero(
                name=line.product.title,
                missing=-line.difference,
                left=line.product.stock,
                unit=line.product.unit,
            )


def _move(session: Session, actor: Actor, count_id: int, lines: Collection[CountedLine]) -> None:
    """Change the stock by the differences."""
    paper = Paper(count_id=count_id)
    missing = {line.product.id: -line.difference for line in lines if line.difference < 0}
    found = [line for line in lines if line.difference > 0]
    newest = _newest_batches(session, actor.village_id, [line.product.id for line in found])
    joining = [
        Change(line.product.id, newest[line.product.id], line.difference)
        for line in found
        if line.product.id in newest
    ]
    new = [
        Arrival(line.product.id, line.difference, cost_fen=line.product.cost_fen)
        for line in found
        if line.product.id not in newest
    ]
    if missing:
        take(session, actor, MoveKind.COUNT, missing, paper)
    if joining:
        change(session, actor, MoveKind.COUNT, joining, paper)
    if new:
        put(session, actor, MoveKind.COUNT, new, paper)


def _newest_batches(
    session: Session, village_id: int, product_ids: Collection[int]
) -> dict[int, int]:
    """The batch that each of the products came in by last."""
    rows = session.connection().execute(
        select(_batches.c.product_id, func.max(_batches.c.id).label("batch"))
        .where(_batches.c.village_id == village_id, _batches.c.product_id.in_(product_ids))
        .group_by(_batches.c.product_id)
    )
    return {row.product_id: row.batch for row in rows}


def _end(session: Session, actor: Actor, count_id: int, state: CountState) -> None:
    session.connection().execute(
        update(_counts)
        .where(_counts.c.village_id == actor.village_id, _counts.c.id == count_id)
        .values(state=state, ended_at=clock.now(), ended_by=actor.user_id)
    )
