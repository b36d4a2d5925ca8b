"""`moralbank scheme`."""

from pathlib import Path
from typing import Any

import click

from moralbank import clock
from moralbank.audit import Actor
from moralbank.console import (
    acts,
    show,
    show_json,
    to_output,
    with_json,
    with_plain,
    with_wall_paper,
    write_file,
)
from moralbank.db import reading
from moralbank.i18n import _
from moralbank.printing.papers import WALL_PAPERS
from moralbank.scheme.queries import Item, Scheme, scheme_on, scheme_version


@click.group(help=_("积分细则：查看、印海报。"))
def scheme() -> None:
    """Group of commands."""


@scheme.command("show", help=_("列出今天有效的积分细则；--version 看别的版本。"))
@click.option("--version", type=click.IntRange(1), help=_("第几版"))
@with_json
@acts("scheme.view")
def show_scheme(actor: Actor, *, version: int | None, as_json: bool) -> None:
    """Show a version, item by item."""
    with reading() as session:
        if version is None:
            shown = scheme_on(session, actor.village_id, clock.today())
        else:
            shown = scheme_version(session, actor.village_id, version)
    items = (*shown.merits, *shown.deductions)
    if as_json:
        show_json(_as_data(shown))
        return
    rows = [_row(item) for item in items]
    heads = {
        "number": _("号"),
        "category": _("类别"),
        "name": _("项目"),
        "points": _("积分"),
        "unit": _("单位"),
        "cap": _("上限"),
        "evidence": _("依据"),
        "note": _("说明"),
    }
    title = _(
        "第 %(version)s 版 · %(day)s 起执行 · %(resolution)s",
        version=shown.version,
        day=shown.valid_from,
        resolution=shown.resolution,
    )
    show(rows, heads, as_json=False, title=title)


@scheme.command("print", help=_("把积分细则印成海报，如：scheme print --paper 60x90 -o 细则.pdf"))
@with_wall_paper
@with_plain
@to_output
@acts("scheme.view")
def print_scheme(actor: Actor, *, paper: str, plain: bool, output: Path) -> None:
    """Print the version in force."""
    from moralbank.printing.panels import panel_poster  # noqa: PLC0415 - slow to import
    from moralbank.scheme.poster import poster_of  # noqa: PLC0415 - as above

    with reading() as session:
        shown = poster_of(session, actor.village_id)
    write_file(output, panel_poster(shown, paper=WALL_PAPERS[paper].paper, plain=plain))


def _row(item: Item) -> dict[str, Any]:
    """An item as a line of the table."""
    return {
        "number": item.number,
        "category": item.category_name,
        "name": item.name,
        "points": item.points_text,
        "unit": item.unit,
        "cap": item.cap_text,
        "evidence": _("要写明") if item.evidence else "",
        "note": item.note,
    }


def _as_data(shown: Scheme) -> dict[str, Any]:
    """A version as JSON."""
    return {
        "version": shown.version,
        "valid_from": shown.valid_from.isoformat(),
        "adopted_on": shown.adopted_on.isoformat(),
        "resolution": shown.resolution,
        "items": [_item_data(item) for item in (*shown.merits, *shown.deductions)],
    }


def _item_data(item: Item) -> dict[str, Any]:
    cap = item.cap
    return {
        "number": item.number,
        "category": item.category_name,
        "name": item.name,
        "points_min": item.points_min,
        "points_max": item.points_max,
        "levels": [{"name": name, "points": points} for name, points in item.levels],
        "unit": item.unit,
        "cap": None
        if cap is None
        else {
            "amount": cap.amount,
            "measure": cap.measure.value,
            "period": cap.period.value,
            "per": cap.per.value,
        },
        "evidence": item.evidence,
        "deduction": item.deduction,
        "note": item.note,
    }
