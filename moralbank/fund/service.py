"""The fund's money: it comes in, goods are bought, settlements paid; each by one ledger event."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, NamedTuple

from sqlalchemy import insert, update
from sqlmodel import Session

from moralbank import audit, clock
from moralbank.audit import Actor
from moralbank.errors import Invalid, Refused
from moralbank.fund.models import FundSource, Voucher, VoucherKind
from moralbank.fund.queries import SOURCE_LABELS, cash, receipt_payer, twin, voucher
from moralbank.i18n import mark
from moralbank.ledger import service as ledger
from moralbank.ledger.accounts import village_account
from moralbank.ledger.models import AccountKind, EventKind
from moralbank.ledger.queries import require_clock
from moralbank.ledger.requests import once
from moralbank.ledger.service import Leg, Posted, lock, take_number
from moralbank.money import yuan
from moralbank.photos.models import PhotoSubject
from moralbank.photos.service import attach

LARGEST_FEN: Final = 999_999_999
"""One voucher is below ten million yuan, as one transfer of the ledger is."""
LONGEST: Final = {"number": 30, "party": 60, "note": 120}
LONGEST_REASON: Final = 80
_TAKE_BACK: Final = "fund.reverse"

_vouchers = Voucher.__table__  # type: ignore[attr-defined]


class FundAmountInvalid(Invalid):
    """An amount is whole fen, from one fen to just below ten million yuan."""

    text = mark("金额不对：须在 0.01 元到 9999999.99 元之间，最多两位小数")
    code = "fund_amount_invalid"


class DayInvalid(Invalid):
    """A voucher is of today or earlier, and not from before this century."""

    text = mark("凭证日期不对：不能晚于今天，也不能早于 2000 年")
    code = "voucher_day_invalid"


class SourceMissing(Invalid):
    """Income comes from somewhere."""

    text = mark("请选钱从哪里来")
    code = "source_missing"


class FundTextMissing(Invalid):
    """Who paid or was paid, income's number on paper, and why something is taken back."""

    text = mark("请填写这一项")
    code = "fund_text_missing"


class FundTextTooLong(Invalid):
    """A text is longer than its column."""

    text = mark("太长：最多 %(n)s 个字")
    code = "fund_text_too_long"


class FundShort(Refused):
    """The fund hasn't so much money."""

    text = mark("基金的钱不够：现有 %(has)s 元，这次要 %(wanted)s 元，还差 %(lacking)s 元")
    code = "fund_short"


class NumberTaken(Refused):
    """The same paper voucher was written down already."""

    text = mark("“%(number)s”这张凭证已经记过：%(day)s，%(party)s，%(yuan)s 元")
    code = "voucher_number_taken"


class ReceiptPaid(Refused):
    """Another voucher pays for these goods."""

    text = mark("第 %(id)s 号进货单已经付过：%(day)s，%(yuan)s 元")
    code = "receipt_paid"


class VoucherReversed(Refused):
    """The voucher was taken back before."""

    text = mark("这张凭证已经冲正过")
    code = "voucher_reversed"


class SettlementStays(Refused):
    """A settlement's payment can't be taken back apart from its settlement."""

    text = mark("付结算款的凭证不能在这里冲正，请到结算单上看")
    code = "settlement_stays"


@dataclass(frozen=True, kw_only=True)
class Income:
    """Money that came in: from which source, by which paper voucher, on which day, who paid."""

    source: FundSource
    number: str
    day: date
    amount_fen: int
    party: str
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Purchase:
    """Goods paid for: whom, by which paper, on which day; for which receipt, where there is one."""

    party: str
    day: date
    amount_fen: int
    number: str = ""
    note: str = ""
    receipt_id: int | None = None


class _Way(NamedTuple):
    """How one kind of voucher gets into the books: by which act, and from where to where."""

    act: str
    event: EventKind
    debit: AccountKind
    credit: AccountKind


_WAYS: Final = {
    VoucherKind.INCOME: _Way(
        "fund.income", EventKind.INCOME, AccountKind.FUND_INCOME, AccountKind.FUND_CASH
    ),
    VoucherKind.PURCHASE: _Way(
        "fund.buy", EventKind.PURCHASE, AccountKind.FUND_CASH, AccountKind.FUND_GOODS
    ),
}


def record_income(
    session: Session, actor: Actor, request_id: str, income: Income, photos: Sequence[int] = ()
) -> int:
    """Write down money that came in; gives the voucher's village-local number.

    Raises SourceMissing, FundAmountInvalid, DayInvalid, FundTextMissing, FundTextTooLong,
    NumberTaken, ClockBehind, PhotoUnknown.
    """
    if income.source not in SOURCE_LABELS:
        raise SourceMissing(field="source")
    row = _checked(VoucherKind.INCOME, income, needed=("number", "party"))
    row["source"] = income.source
    return _once(session, actor, request_id, row, photos)


def buy(
    session: Session, actor: Actor, request_id: str, purchase: Purchase, photos: Sequence[int] = ()
) -> int:
    """Write down goods that were paid for; gives the voucher's village-local number.

    Raises FundShort, ReceiptUnknown, ReceiptPaid, and what `record_income` does.
    """
    row = _checked(VoucherKind.PURCHASE, purchase, needed=("party",))
    row["receipt_id"] = purchase.receipt_id
    return _once(session, actor, request_id, row, photos)


def take_back(session: Session, actor: Actor, request_id: str, voucher_id: int, reason: str) -> int:
    """Reverse a wrong voucher (冲正), with a reason; gives the voucher's number.

    Raises FundTextMissing, FundTextTooLong, VoucherUnknown, VoucherReversed, SettlementStays,
    ClockBehind, and FundShort where the money of an income is spent already.
    """
    why = _text("reason", reason, LONGEST_REASON, needed=True)

    def perform() -> int:
        village_id = actor.village_id
        require_clock(session, village_id)
        found = voucher(session, village_id, voucher_id)
        if found.kind is VoucherKind.SETTLEMENT:
            raise SettlementStays
        if not found.live:
            raise VoucherReversed
        require_cash(session, village_id, found.signed_fen)
        back = ledger.reverse(
            session,
            village_id,
            found.seq,
            actor=actor.user_id,
            reason=why,
            request_id=request_id,
        )
        session.connection().execute(
            update(_vouchers)
            .where(_vouchers.c.village_id == village_id, _vouchers.c.id == voucher_id)
            .values(reversed_seq=back.seq, reversed_why=why)
        )
        audit.record(session, actor, _TAKE_BACK, str(voucher_id), seq=back.seq, reason=why)
        return voucher_id

    content = {"voucher": voucher_id, "reason": why}
    return once(session, actor.village_id, request_id, _TAKE_BACK, content, perform).result


def record_payment(
    session: Session,
    actor: Actor,
    *,
    settlement_id: int,
    amount_fen: int,
    party: str,
    number: str,
    day: date,
    seq: int,
) -> int:
    """The voucher of a settlement that was paid by the event `seq`; gives its number.

    The caller posts the event in the same transaction, after `require_cash`. Raises
    FundAmountInvalid, DayInvalid, FundTextMissing, FundTextTooLong, NumberTaken.
    """
    paid = Purchase(party=party, day=day, amount_fen=amount_fen, number=number)
    row = _checked(VoucherKind.SETTLEMENT, paid, needed=("party",))
    row["settlement_id"] = settlement_id
    _require_new(session, actor.village_id, row)
    voucher_id = take_number(session, actor.village_id, "voucher")
    _write(session, actor, {**row, "id": voucher_id, "seq": seq})
    return voucher_id


def require_cash(session: Session, village_id: int, amount_fen: int) -> None:
    """Raise FundShort unless the fund has so many fen; takes the village's lock first."""
    lock(session, village_id)
    has = cash(session, village_id)
    if has < amount_fen:
        words = {"has": yuan(has), "wanted": yuan(amount_fen), "lacking": yuan(amount_fen - has)}
        raise FundShort(field="amount", **words)


def _once(
    session: Session, actor: Actor, request_id: str, row: dict[str, Any], photos: Sequence[int]
) -> int:
    """Post an event and write its voucher, once for this request id."""
    village_id, way = actor.village_id, _WAYS[row["kind"]]

    def perform() -> int:
        require_clock(session, village_id)
        _require_new(session, village_id, row)
        _require_unpaid(session, village_id, row["receipt_id"])
        if way.debit is AccountKind.FUND_CASH:
            require_cash(session, village_id, row["amount_fen"])
        voucher_id = take_number(session, village_id, "voucher")
        posted = _post(session, actor, request_id, way, {**row, "id": voucher_id})
        _write(session, actor, {**row, "id": voucher_id, "seq": posted.seq})
        attach(session, village_id, photos, PhotoSubject.VOUCHER, voucher_id)
        said = {"amount_fen": row["amount_fen"], "party": row["party"], "number": row["number"]}
        audit.record(session, actor, way.act, str(voucher_id), **said)
        return voucher_id

    content = {**{key: str(value) for key, value in row.items()}, "photos": sorted(set(photos))}
    return once(session, village_id, request_id, way.act, content, perform).result


def _checked(kind: VoucherKind, said: Income | Purchase, needed: Sequence[str]) -> dict[str, Any]:
    """What was said as a voucher's row, when all is well with it."""
    if type(said.amount_fen) is not int or not 1 <= said.amount_fen <= LARGEST_FEN:
        raise FundAmountInvalid(field="amount")
    if not date(2000, 1, 1) <= said.day <= clock.today():
        raise DayInvalid(field="day")
    texts = {
        name: _text(name, getattr(said, name), longest, needed=name in needed)
        for name, longest in LONGEST.items()
    }
    return {
        "kind": kind,
        "source": FundSource.NONE,
        "day": said.day,
        "amount_fen": said.amount_fen,
        "receipt_id": None,
        "settlement_id": None,
        **texts,
    }


def _text(field: str, typed: str, longest: int, *, needed: bool) -> str:
    text = " ".join(typed.split())
    if needed and not text:
        raise FundTextMissing(field=field)
    if len(text) > longest:
        raise FundTextTooLong(field=field, n=longest)
    return text


def _require_new(session: Session, village_id: int, row: dict[str, Any]) -> None:
    """The same paper is written down once, however many people hold it."""
    if not row["number"]:
        return
    found = twin(session, village_id, row["kind"], row["number"], row["day"].year)
    if found is not None:
        words = {"number": found.number, "day": found.day.isoformat(), "party": found.party}
        raise NumberTaken(field="number", yuan=yuan(found.amount_fen), **words)


def _require_unpaid(session: Session, village_id: int, receipt_id: int | None) -> None:
    if receipt_id is None:
        return
    payer = receipt_payer(session, village_id, receipt_id)
    if payer is not None:
        words = {"day": payer.day.isoformat(), "yuan": yuan(payer.amount_fen)}
        raise ReceiptPaid(field="receipt", id=receipt_id, **words)


def _account(session: Session, actor: Actor, kind: AccountKind) -> int:
    return village_account(session, actor.village_id, kind, actor=actor.user_id).account


def _post(
    session: Session, actor: Actor, request_id: str, way: _Way, row: dict[str, Any]
) -> Posted:
    """One event of one leg; its payload says what the voucher says, so `check` can compare."""
    debit, credit = _account(session, actor, way.debit), _account(session, actor, way.credit)
    memo = f"{row['party']} {row['note']}".strip()
    return ledger.post(
        session,
        actor.village_id,
        way.event,
        [Leg(debit, credit, row["amount_fen"], memo)],
        actor=actor.user_id,
        request_id=request_id,
        payload=voucher_payload(row),
    )


def voucher_payload(row: dict[str, Any]) -> dict[str, Any]:
    """What an event says of its voucher (a row's columns by name)."""
    return {
        "voucher": row["id"],
        "source": str(row["source"]),
        "number": row["number"],
        "day": row["day"].isoformat(),
        "party": row["party"],
        "note": row["note"],
        "receipt": row["receipt_id"],
    }


def _write(session: Session, actor: Actor, row: dict[str, Any]) -> None:
    kept = {"village_id": actor.village_id, "at": clock.now(), "by": actor.user_id}
    session.connection().execute(insert(_vouchers), {**row, **kept})
