"""`moralbank bench`: the counter; `moralbank bench print`: paper."""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import click

from moralbank.bench.figures import Figure, Unmeasured, machine
from moralbank.console import show, show_json, with_json
from moralbank.i18n import _

LEAST_ROUNDS: Final = 3
PAPER: Final = (
    "cards",
    "cards-merge",
    "cards-weasyprint",
    "cards-fpdf2",
    "cards-memory",
    "posters",
    "notice",
)
"""The figures of `bench print`, named here so that its help comes quickly."""

with_rounds = click.option(
    "--rounds",
    default=5,
    show_default=True,
    type=click.IntRange(LEAST_ROUNDS),
    help=_("量几轮"),
)


@click.group(
    invoke_without_command=True,
    help=_(
        "量速度：每个数都是与同一台电脑、同一次运行里空壳的比值。在临时文件夹里做，不动您的账。"
    ),
)
@with_rounds
@click.option("--acts", default=40, show_default=True, type=click.IntRange(1), help=_("每轮做几次"))
@with_json
@click.pass_context
def bench(context: click.Context, *, rounds: int, acts: int, as_json: bool) -> None:
    """Measure the counter; what the books don't prove afterwards is said to be INVALID."""
    if context.invoked_subcommand:
        context.default_map = {"print": {"rounds": rounds, "as_json": as_json}}
        return
    from moralbank.bench.counter import measure  # noqa: PLC0415 - the whole application

    _tell(measure(rounds, acts), as_json=as_json)


@bench.command("print", help=_("量打印：积分卡、红榜、公示，与已知最快的做法和别的常用做法相比"))
@with_rounds
@click.option("--cards", default=1000, show_default=True, type=click.IntRange(10), help=_("几张卡"))
@click.option("--row", "names", multiple=True, type=click.Choice(PAPER), help=_("只量这几行"))
@with_json
def bench_print(*, rounds: int, cards: int, names: tuple[str, ...], as_json: bool) -> None:
    """Measure paper; what can't be read back afterwards is said to be INVALID."""
    from moralbank.bench.printing import measure  # noqa: PLC0415 - fonts, and what is compared

    _tell(measure(names or PAPER, rounds, cards), as_json=as_json)


def _tell(figures: Sequence[Figure | Unmeasured], *, as_json: bool) -> None:
    rows = [figure.row() for figure in figures]
    with tempfile.TemporaryDirectory(prefix="moralbank-bench-") as folder:
        where = machine(Path(folder))
    if as_json:
        show_json({"machine": where, "figures": rows})
        return
    heads = {
        "name": _("名称"),
        "ours": _("本程序"),
        "bare": _("对照"),
        "unit": _("单位"),
        "ratio": _("比值"),
        "least": _("最小"),
        "most": _("最大"),
        "bytes": _("字节"),
        "aim": _("目标"),
        "verdict": _("结论"),
    }
    show(rows, heads, as_json=False)
    click.echo(" ".join(f"{name}={value}" for name, value in where.items()))
