"""`moralbank counter`."""

from datetime import date, datetime
from pathlib import Path

import click
from sqlmodel import Session

from moralbank import audit, clock
from moralbank.audit import Actor
from moralbank.cards.queries import CardUnknown, card_by_token
from moralbank.cards.token import read_token
from moralbank.console import acts, show, show_json, with_json, with_request_id, write_file
from moralbank.counter import service
from moralbank.counter.queries import (
    PRINTED,
    SlipFilter,
    SlipInfo,
    slip_sheet,
    was_printed,
)
from moralbank.counter.queries import slip as read_slip
from moralbank.counter.queries import slips as read_slips
from moralbank.db import reading, writing
from moralbank.errors import Invalid
from moralbank.households.queries import household_named
from moralbank.i18n import _, mark
from moralbank.money import yuan
from moralbank.store.commands import read_lines
from moralbank.store.queries import product_by_sku

_A_DAY = click.DateTime(["%Y-%m-%d"])


class OneCustomer(Invalid):
    """A redemption is somebody's: by card or by household, not both."""

    text = mark("请用 --card 卡号 或 --household 户号 说明是哪一户（只写一个）")
    code = "one_customer"


@click.group(help=_("柜台：兑换、兑换单。"))
def counter() -> None:
    """Group of commands."""


@counter.command(
    help=_("兑换，如：counter redeem --household 一组-012 --product OIL-5L=1 --request-id …")
)
@click.option("--card", default="", help=_("卡号（15 位），或扫出来的网址"))
@click.option("--household", default="", help=_("户号，如 一组-012"))
@click.option("--product", "lines", multiple=True, required=True, help=_("货号=件数，可写多次"))
@click.option("--collector", default="", help=_("领取人（默认户主本人）"))
@with_request_id
@acts("counter.redeem")
def redeem(
    actor: Actor,
    *,
    card: str,
    household: str,
    lines: tuple[str, ...],
    collector: str,
    request_id: str,
) -> None:
    """Redeem, and print the slip's number."""
    with writing() as session:
        household_id, card_id = _customer(session, actor, card, household)
        wanted = service.Redeem(
            household_id=household_id,
            card_id=card_id,
            lines={
                product_by_sku(session, actor.village_id, sku).id: pieces
                for sku, pieces in read_lines(lines).items()
            },
            collector=collector,
        )
        number = service.redeem(session, actor, request_id, wanted)
        made = read_slip(session, actor.village_id, number)
    click.echo(
        _(
            "%(label)s：%(head)s 用 %(points)s 分，还有 %(left)s 分",
            label=made.label,
            head=made.household.head,
            points=made.points_used,
            left=made.points_after,
        )
    )


@counter.command(help=_("看一张兑换单，或用 -o 打印成 PDF（再次打印会标明“补打”）。"))
@click.argument("number", type=click.IntRange(1, 999_999_999))
@click.option(
    "-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help=_("写到这个 PDF 文件")
)
@with_json
@acts("counter.view")
def slip(actor: Actor, *, number: int, output: Path | None, as_json: bool) -> None:
    """Show or print a slip."""
    if output is not None:
        write_file(output, _printed(actor, number))
        return
    with reading() as session:
        found = read_slip(session, actor.village_id, number)
    if as_json:
        show_json(_row(found))
    else:
        _show([found], as_json=False)


@counter.command(help=_("列出兑换单，新的在前。"))
@click.option("--from", "first", type=_A_DAY, help=_("从哪天起"))
@click.option("--to", "last", type=_A_DAY, help=_("到哪天止"))
@click.option("--search", default="", help=_("户主、户号或单号"))
@with_json
@acts("counter.view")
def slips(
    actor: Actor,
    *,
    first: datetime | None,
    last: datetime | None,
    search: str,
    as_json: bool,
) -> None:
    """List slips."""
    wanted = SlipFilter(_day(first), _day(last), search)
    with reading() as session:
        found = read_slips(session, actor.village_id, wanted)
    _show(found, as_json=as_json)


def _customer(session: Session, actor: Actor, card: str, household: str) -> tuple[int, int | None]:
    """The household and the card that was shown, if one was."""
    if bool(card) == bool(household):
        raise OneCustomer
    if household:
        return household_named(session, actor.village_id, household).id, None
    shown = card_by_token(session, read_token(card))
    if shown.village_id != actor.village_id:
        raise CardUnknown
    return shown.household_id, shown.id


def _printed(actor: Actor, number: int) -> bytes:
    """The slip's PDF, noted as printed."""
    from moralbank.counter.pdf import slip as make  # noqa: PLC0415 - reportlab is slow to import

    with writing() as session:
        label = read_slip(session, actor.village_id, number).label
        reprint = was_printed(session, actor.village_id, label)
        sheet = slip_sheet(session, actor.village_id, number, reprint=reprint)
        audit.record(session, actor, PRINTED, label)
    return make(sheet)


def _day(moment: datetime | None) -> date | None:
    return None if moment is None else moment.date()


def _show(found: list[SlipInfo], *, as_json: bool) -> None:
    heads = {
        "label": _("单号"),
        "at": _("时间"),
        "household": _("户号"),
        "head": _("户主"),
        "goods": _("商品"),
        "total": _("金额（元）"),
        "points": _("积分"),
        "points_left": _("兑后积分"),
    }
    show([_row(one) for one in found], heads, as_json=as_json)


def _row(one: SlipInfo) -> dict[str, str | int]:
    return {
        "id": one.id,
        "label": one.label,
        "at": clock.minute(one.at),
        "household": one.household.label,
        "head": one.household.head,
        "goods": one.goods,
        "total": yuan(one.total_fen),
        "points": one.points_used,
        "points_left": one.points_after,
        "collector": one.collector or _("户主本人"),
        "cashier": one.cashier,
    }
