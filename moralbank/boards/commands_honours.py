"""`moralbank boards certificates`, `plates`: `commands.py` adds them to its group."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import click
from sqlmodel import Session

from moralbank.audit import Actor
from moralbank.boards.honour_sheets import PLATE_SIZES, CertificateInk, CertificateKind
from moralbank.boards.honours import (
    MOST_OFFSET,
    CertificateWish,
    Places,
    honoured_households,
    print_certificates,
    usual_words,
)
from moralbank.boards.issues import issue as read_issue
from moralbank.boards.periods import current_year
from moralbank.boards.plating import (
    DoorName,
    PlateWish,
    plate_kind,
    plate_kinds,
    plate_size,
    print_plates,
    stars_called,
)
from moralbank.console import A_NUMBER, acts, progress, to_output, with_plain, write_file
from moralbank.db import writing
from moralbank.households.queries import all_households, household_named
from moralbank.i18n import _
from moralbank.villages.queries import group_called, village_info

_MM: Final = click.IntRange(-MOST_OFFSET, MOST_OFFSET)


@click.command(
    "certificates",
    help=_("印一期榜的奖状或证书，编号见 boards issues，如：boards certificates 3 -o 奖状.pdf"),
)
@click.argument("issue", type=A_NUMBER)
@click.option(
    "--kind",
    type=click.Choice([one.value for one in CertificateKind]),
    default=CertificateKind.AWARD.value,
    show_default=True,
    help=_("award 奖状，honour 荣誉证书"),
)
@click.option(
    "--ink",
    type=click.Choice([one.value for one in CertificateInk]),
    default=CertificateInk.COLOUR.value,
    show_default=True,
    help=_("colour 彩色，lines 黑白省墨，words 套打（只印字）"),
)
@click.option(
    "--places",
    type=click.Choice([one.value for one in Places if one is not Places.CHOSEN]),
    default=Places.THREE.value,
    show_default=True,
    help=_("first 第一名，three 前三名，all 榜上全部"),
)
@click.option("--line", "lines", type=A_NUMBER, multiple=True, help=_("只印榜上第几行；可写几次"))
@click.option("--body", help=_("正文，可用【时段】【榜名】【名次】【事迹】"))
@click.option("--closing", help=_("结语"))
@click.option("--offset", nargs=2, type=_MM, default=(0, 0), help=_("套打时往右、往上挪几毫米"))
@to_output
@acts("boards.publish")
def print_awards(
    actor: Actor,
    *,
    issue: int,
    kind: str,
    ink: str,
    places: str,
    lines: tuple[int, ...],
    body: str | None,
    closing: str | None,
    offset: tuple[int, int],
    output: Path,
) -> None:
    """Print certificates of an issue's first."""
    from moralbank.boards.certificates import certificates  # noqa: PLC0415 - slow to import

    with writing() as session:
        shown = read_issue(session, actor.village_id, issue)
        words = usual_words(session, shown, CertificateKind(kind))
        words = replace(
            words,
            body=(body or "").strip() or words.body,
            closing=words.closing if closing is None else closing.strip(),
        )
        wish = CertificateWish(
            kind=CertificateKind(kind),
            ink=CertificateInk(ink),
            places=Places.CHOSEN if lines else Places(places),
            words=words,
            chosen=frozenset(lines),
            offset_mm=offset,
        )
        sheet, left = print_certificates(session, actor, shown, wish)
    with progress(_("打印奖状"), len(sheet.certificates)) as told:
        content = certificates(sheet, told)
    write_file(output, content)
    click.echo(_("共 %(n)s 张", n=len(sheet.certificates)))
    if left:
        click.echo(_("%(n)s 个不愿具名，没有印", n=left))


@click.command(
    "plates", help=_("印门牌，如：boards plates --kind shixing --group 一组 -o 门牌.pdf")
)
@click.option(
    "--kind",
    type=click.Choice([one.key for one in plate_kinds()]),
    default=plate_kinds()[0].key,
    show_default=True,
    help=_("哪一种"),
)
@click.option("--household", "labels", multiple=True, help=_("哪一户，如 一组-012；可写几次"))
@click.option("--group", default="", help=_("一组全部，如 一组"))
@click.option("--issue", type=A_NUMBER, help=_("一期榜上的户，编号见 boards issues"))
@click.option(
    "--size",
    type=click.Choice(list(PLATE_SIZES)),
    default="20x13",
    show_default=True,
    help=_("尺寸，厘米"),
)
@click.option(
    "--door",
    type=click.Choice([one.value for one in DoorName]),
    default=DoorName.FULL.value,
    show_default=True,
    help=_("full 户号和姓名，number 只印户号，nothing 都不印"),
)
@click.option("--stars", default="", help=_("几颗星，如 8；或哪几颗，如 “孝老爱亲,邻里和睦”"))
@click.option("--period", help=_("年度；不写是今年"))
@with_plain
@to_output
@acts("boards.publish")
def print_door_plates(
    actor: Actor,
    *,
    kind: str,
    labels: tuple[str, ...],
    group: str,
    issue: int | None,
    size: str,
    door: str,
    stars: str,
    period: str | None,
    plain: bool,
    output: Path,
) -> None:
    """Print door plates."""
    from moralbank.boards.plates import plates  # noqa: PLC0415 - slow to import

    chosen = plate_kind(kind)
    with writing() as session:
        wish = PlateWish(
            kind=chosen,
            size=plate_size(size),
            door=DoorName(door),
            organisation=village_info(session, actor.village_id).organisation,
            period=current_year().label if period is None else period.strip(),
            plain=plain,
            usual=stars_called(chosen, stars or str(len(chosen.stars))),
        )
        owners = _owners(session, actor, labels, group, issue)
        sheet, shy = print_plates(session, actor, owners, wish)
    with progress(_("打印门牌"), len(sheet.plates)) as told:
        content = plates(sheet, told)
    write_file(output, content)
    click.echo(_("共 %(n)s 块", n=len(sheet.plates)))
    if shy:
        click.echo(_("%(n)s 户不愿具名，门牌上没有印名字", n=shy))


HONOUR_COMMANDS: Final[tuple[click.Command, ...]] = (print_awards, print_door_plates)
"""What this file adds to `moralbank boards`."""


def _owners(
    session: Session, actor: Actor, labels: Sequence[str], group: str, issue: int | None
) -> list[int]:
    """The households that were named, then a group's, then an issue's."""
    village_id = actor.village_id
    found = [household_named(session, village_id, label).id for label in labels]
    if group:
        group_id = group_called(session, village_id, group).id
        found += [one.id for one in all_households(session, village_id, group_id=group_id)]
    if issue is not None:
        shown = read_issue(session, village_id, issue)
        found += honoured_households(session, village_id, shown)
    return found
