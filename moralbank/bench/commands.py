"""`moralbank bench`: every row of the table; `moralbank bench print`: paper alone."""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import click

from moralbank.bench.figures import is_invalid, readings
from moralbank.bench.plan import ROWS, SIZES
from moralbank.cli import REFUSED
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
    "notice-sheet",
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
@click.option("--row", "names", multiple=True, type=click.Choice(tuple(ROWS)), help=_("只量这几行"))
@click.option(
    "--size",
    default="full",
    show_default=True,
    type=click.Choice(tuple(SIZES)),
    help=_("量多大的账：full 是发布用的（到一千万笔，全部量一遍要半个多小时），small 只是试一试"),
)
@click.option("--twice", is_flag=True, help=_("全部量两遍，看两遍差多少"))
@click.option(
    "--write",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    help=_("把 benchmarks.md 和图写进这个文件夹"),
)
@with_json
@click.pass_context
def bench(
    context: click.Context,
    *,
    rounds: int,
    names: tuple[str, ...],
    size: str,
    twice: bool,
    folder: Path | None,
    as_json: bool,
) -> None:
    """Measure rows; ends with 1 where any figure is INVALID. A missed aim is said, not failed."""
    if context.invoked_subcommand:
        context.default_map = {"print": {"rounds": rounds, "as_json": as_json}}
        return
    from moralbank.bench import report, suite  # noqa: PLC0415 - the whole application

    chosen = [name for name in ROWS if name in names or not names]
    written: list[Path] = []
    for outcome in suite.runs(chosen, SIZES[size], rounds, 1 + twice, _tell):
        if folder:  # after every row: what took hours is kept
            written = report.write(outcome, SIZES[size], rounds, folder)
    for path in written:
        _tell(_("已写入 %(path)s", path=path))
    if as_json:
        show_json(outcome.as_json())
    else:
        first = outcome.runs[0]
        loads = " → ".join(f"{load}" for load in first.loads)
        _show(outcome.rows(), {**first.machine, "load": loads})
        if twice:
            click.echo(suite.agreement(outcome.rows()))
    if outcome.is_invalid():
        context.exit(REFUSED)


@bench.command("print", help=_("量打印：积分卡、红榜、公示，与已知最快的做法和别的常用做法相比"))
@with_rounds
@click.option("--cards", default=1000, show_default=True, type=click.IntRange(10), help=_("几张卡"))
@click.option("--row", "names", multiple=True, type=click.Choice(PAPER), help=_("只量这几行"))
@with_json
@click.pass_context
def bench_print(
    context: click.Context, *, rounds: int, cards: int, names: tuple[str, ...], as_json: bool
) -> None:
    """Measure paper; what can't be read back afterwards is said to be INVALID."""
    from moralbank.bench.machine import machine  # noqa: PLC0415 - only when something is measured
    from moralbank.bench.printing import measure  # noqa: PLC0415 - fonts, and what is compared

    rows = [figure.row() for figure in measure(names or PAPER, rounds, cards)]
    with tempfile.TemporaryDirectory(prefix="moralbank-bench-") as folder:
        where = machine(Path(folder))
    if as_json:
        show_json({"machine": where, "figures": rows})
    else:
        _show(rows, where)
    if any(map(is_invalid, rows)):
        context.exit(REFUSED)


def _tell(words: str) -> None:
    """How it goes, beside what the command answers."""
    click.echo(words, err=True)


def _show(rows: Sequence[dict[str, Any]], where: dict[str, Any]) -> None:
    """The table, and the machine under it; columns in which nothing stands are left out."""
    heads = {
        "name": _("名称"),
        "ours": _("本程序"),
        "bare": _("对照"),
        "unit": _("单位"),
        "ratio": _("比值"),
        "least": _("最小"),
        "most": _("最大"),
        "again": _("第二遍"),
        "differs": _("相差（百分之几）"),
        "bytes": _("字节"),
        "beside": _("另外"),
        "aim": _("目标"),
        "verdict": _("结论"),
    }
    lines = [{**row, "beside": readings(row)} for row in rows]
    used = {key: head for key, head in heads.items() if any(row.get(key) for row in lines)}
    show([{key: line.get(key) for key in used} for line in lines], used, as_json=False)
    click.echo("; ".join(f"{name} {value}" for name, value in where.items() if value))
