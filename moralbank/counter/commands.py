"""`moralbank counter`: redeeming; `commands_after.py` has what comes after a sale."""

import re
from typing import Final

import click
from sqlmodel import Session

from moralbank.audit import Actor
from moralbank.cards.queries import CardUnknown, card_by_token
from moralbank.cards.token import read_token
from moralbank.console import acts, with_request_id
from moralbank.counter import service
from moralbank.counter.commands_after import counter, fen
from moralbank.counter.models import Proof
from moralbank.counter.proving import card_with_pin, tried
from moralbank.counter.queries import slip as read_slip
from moralbank.db import reading, writing
from moralbank.errors import Invalid
from moralbank.households.queries import household_named
from moralbank.i18n import _, mark
from moralbank.store.keeping import shop_for
from moralbank.store.queries import product_by_sku

_LINE: Final = re.compile(r"\s*([^=\s]+)\s*=\s*([0-9]{1,9})\s*")


class OneCustomer(Invalid):
    """A redemption is somebody's: by card or by household, not both."""

    text = mark("请用 --card 卡号 或 --household 户号 说明是哪一户（只写一个）")
    code = "one_customer"


class CartLineInvalid(Invalid):
    """A product is named by SKU and pieces."""

    text = mark("“%(line)s”看不懂：要写成 货号=件数，如 OIL-5L=2")
    code = "cart_line_invalid"


@counter.command(
    help=_("兑换，如：counter redeem --household 一组-012 --product OIL-5L=1 --request-id …")
)
@click.option("--card", default="", help=_("卡号（15 位），或扫出来的网址"))
@click.option("--household", default="", help=_("户号，如 一组-012"))
@click.option("--product", "lines", multiple=True, required=True, help=_("货号=件数，可写多次"))
@click.option("--credit", default=None, help=_("最多用多少余额（元），不写就先用余额"))
@click.option("--collector", default="", help=_("领取人（默认户主本人）"))
@click.option("--relation", default="", help=_("领取人不是这户的人时，和户主的关系"))
@click.option("--pin", is_flag=True, help=_("输积分卡的密码（不显示），用分多时要"))
@with_request_id
@acts("counter.redeem")
def redeem(
    actor: Actor,
    *,
    card: str,
    household: str,
    lines: tuple[str, ...],
    credit: str | None,
    collector: str,
    relation: str,
    pin: bool,
    request_id: str,
) -> None:
    """Redeem, and print the slip's number."""
    with reading() as session:
        household_id, card_id = _customer(session, actor, card, household)
        wanted = service.Redeem(
            household_id=household_id,
            card_id=card_id,
            lines=_products(session, actor, lines),
            collector=collector,
            relation=relation,
            credit_fen=None if credit is None else fen(credit, "--credit"),
            proof=Proof.PIN if pin else Proof.NONE,
        )
        known = card_with_pin(session, actor.village_id, household_id, card_id) if pin else None
    entered = None if known is None else tried(known, _typed_pin())
    with writing() as session:
        if entered is not None:
            entered.enter(session)
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


def _products(session: Session, actor: Actor, lines: tuple[str, ...]) -> dict[int, int]:
    """Pieces by product number, of the own shop's products by SKU; the same SKU is added up."""
    own = shop_for(session, actor).id
    wanted: dict[int, int] = {}
    for line in lines:
        parts = _LINE.fullmatch(line)
        if parts is None:
            raise CartLineInvalid(line=line[:40])
        number = product_by_sku(session, actor.village_id, parts[1], own).id
        wanted[number] = wanted.get(number, 0) + int(parts[2])
    return wanted


def _typed_pin() -> str:
    return str(click.prompt(_("积分卡密码"), hide_input=True))
