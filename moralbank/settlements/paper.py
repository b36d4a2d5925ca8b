"""From a settlement to its sheet."""

from sqlmodel import Session

from moralbank import clock
from moralbank.i18n import _
from moralbank.ledger.queries import event_mark
from moralbank.settlements.contents import goods_in, refunds_in, slips_in, within
from moralbank.settlements.queries import SettlementInfo
from moralbank.settlements.sheets import (
    SettledGoods,
    SettledRefund,
    SettledSlip,
    SettlementSheet,
)
from moralbank.store.keeping import KIND_LABELS
from moralbank.villages.queries import village_info


def settlement_sheet(session: Session, village_id: int, info: SettlementInfo) -> SettlementSheet:
    """The settlement as it is printed."""
    village = village_info(session, village_id)
    picked = within(village_id, info.id)
    return SettlementSheet(
        village=village.name,
        town=village.town,
        shop=info.shop.name,
        shop_kind_words=_(KIND_LABELS[info.shop.kind]),
        number=info.label,
        first=info.first,
        last=info.last,
        slips=tuple(
            SettledSlip(
                label=one.label,
                day=clock.local(one.at).date(),
                household=one.household.spoken,
                head=one.household.head,
                fen=one.fen,
            )
            for one in slips_in(session, village_id, picked)
        ),
        refunds=tuple(
            SettledRefund(
                label=one.label,
                slip_label=one.slip_label,
                day=clock.local(one.at).date(),
                fen=one.fen,
            )
            for one in refunds_in(session, village_id, picked)
        ),
        goods=tuple(
            SettledGoods(title=one.title, pieces=one.pieces, fen=one.fen)
            for one in goods_in(session, picked)
        ),
        slips_fen=info.slips_fen,
        refunds_fen=info.refunds_fen,
        amount_fen=info.amount_fen,
        due_fen=info.due_fen,
        paid_fen=info.paid_fen,
        reason=info.reason,
        ledger_mark=event_mark(session, village_id, info.seq) if info.seq else None,
        drafted=info.drafted.words,
        signed=info.signed.words if info.signed else "",
        checked=info.checked.words if info.checked else "",
        paid=info.paid.words if info.paid else "",
    )
