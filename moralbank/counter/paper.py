"""Slips, refunds and closed days as sheets for paper."""

from datetime import date
from typing import Final

from sqlmodel import Session, select

from moralbank import clock
from moralbank.audit import AuditEntry
from moralbank.counter.daybook import CloseUnknown, close_of
from moralbank.counter.models import Proof
from moralbank.counter.queries import LineInfo, slip
from moralbank.counter.refunds import RefundInfo, refund
from moralbank.counter.slips import (
    DayGoods,
    DaySheet,
    RefundSheet,
    SlipLine,
    SlipPaper,
    SlipSheet,
)
from moralbank.fund.old_points import lapse_ahead
from moralbank.i18n import _, listed, mark
from moralbank.ledger.queries import event_mark
from moralbank.store.keeping import shop
from moralbank.villages.queries import settings_of, village_info
from moralbank.villages.settings import SLIP_PAPER

PRINTED: Final = "counter.print"
"""The act under which the trail notes that a slip or a refund was printed."""
PROOF_WORDS: Final = {
    Proof.NONE: "",
    Proof.PIN: mark("已输密码"),
    Proof.SIGNATURE: mark("已签名"),
}


def was_printed(session: Session, village_id: int, label: str) -> bool:
    """Whether the paper of this label was printed before: what is printed now is a copy."""
    found = session.exec(
        select(AuditEntry.id)
        .where(
            AuditEntry.village_id == village_id,
            AuditEntry.act == PRINTED,
            AuditEntry.subject == label,
        )
        .limit(1)
    ).first()
    return found is not None


def slip_paper(session: Session, village_id: int) -> SlipPaper:
    """What the village prints its slips on."""
    return SlipPaper(settings_of(session, village_id)[SLIP_PAPER])


def slip_sheet(session: Session, village_id: int, slip_id: int, *, reprint: bool) -> SlipSheet:
    """The slip as it is printed, with what is to be said about it today. Raises SlipUnknown."""
    info = slip(session, village_id, slip_id)
    ahead = lapse_ahead(session, village_id, info.household.id)
    return SlipSheet(
        shop=info.shop,
        number=info.label,
        at=clock.local(info.at),
        household=info.household.spoken,
        head=info.household.head,
        collector=info.collector or _("户主本人"),
        relation=info.relation,
        proof=_(PROOF_WORDS[info.proof]) if info.proof is not Proof.NONE else "",
        signed=info.proof is Proof.SIGNATURE,
        cashier=info.cashier,
        lines=tuple(map(_line, info.lines)),
        rate_fen=info.rate_fen,
        points_used=info.points_used,
        points_before=info.points_before,
        points_after=info.points_after,
        credit_before_fen=info.credit_before,
        credit_after_fen=info.credit_after,
        ledger_mark=event_mark(session, village_id, info.seq),
        reprint=reprint,
        warning=ahead.words if ahead else "",
        refunded=tuple(_refunded(one, info.lines) for one in info.refunds),
    )


def refund_sheet(
    session: Session, village_id: int, refund_id: int, *, reprint: bool
) -> RefundSheet:
    """The refund as it is printed. Raises RefundUnknown."""
    info = refund(session, village_id, refund_id)
    sold = slip(session, village_id, info.slip_id)
    lines = [line for line in sold.lines if line.line in info.lines]
    return RefundSheet(
        shop=sold.shop,
        number=info.label,
        slip_number=sold.label,
        at=clock.local(info.at),
        household=sold.household.spoken,
        head=sold.household.head,
        by=info.by,
        reason=info.reason,
        lines=tuple(map(_line, lines)),
        written_off=tuple(info.lines[line.line] for line in lines),
        points_back=info.points_back,
        credit_back_fen=info.credit_back,
        points_after=info.points_after,
        credit_after_fen=info.credit_after,
        ledger_mark=event_mark(session, village_id, info.seq),
        reprint=reprint,
    )


def day_sheet(session: Session, village_id: int, shop_id: int, day: date) -> DaySheet:
    """A closed day as it is printed. Raises CloseUnknown while it is open."""
    closed = close_of(session, village_id, shop_id, day)
    if closed is None:
        raise CloseUnknown
    figures = closed.figures
    return DaySheet(
        village=village_info(session, village_id).name,
        shop=shop(session, village_id, shop_id).name,
        day=day,
        goods=tuple(
            DayGoods(
                title=one.title,
                pieces=one.pieces,
                fen=one.fen,
                pieces_back=one.pieces_back,
                fen_back=one.fen_back,
            )
            for one in figures.goods
        ),
        slips=figures.slips,
        total_fen=figures.total_fen,
        points_used=figures.points_used,
        credit_used_fen=figures.credit_used,
        refunds=figures.refunds,
        refunded_fen=figures.refunded_fen,
        points_back=figures.points_back,
        counted_slips=closed.counted_slips,
        counted_fen=closed.counted_fen,
        reason=closed.reason,
        closed_at=clock.local(closed.closed_at),
        closed_by=closed.closed_by,
        ledger_mark=closed.mark,
    )


def _line(line: LineInfo) -> SlipLine:
    return SlipLine(
        name=line.name, spec=line.spec, quantity=line.quantity, price_fen=line.price_fen
    )


def _refunded(one: RefundInfo, lines: tuple[LineInfo, ...]) -> str:
    """A later refund in a line of the slip: "TH20261120-0003 退：大米 ×1"."""
    goods = listed(f"{line.title} ×{line.quantity}" for line in lines if line.line in one.lines)
    return _("%(label)s 退：%(goods)s", label=one.label, goods=goods)
