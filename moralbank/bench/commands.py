"""`moralbank bench`."""

import tempfile
from pathlib import Path

import click

from moralbank.bench.figures import machine
from moralbank.console import show, show_json, with_json
from moralbank.i18n import _

LEAST_ROUNDS = 3


@click.command(
    help=_("量速度：每个数都是与同一台电脑、同一次运行里空壳的比值。在临时文件夹里做，不动您的账。")
)
@click.option(
    "--rounds", default=5, show_default=True, type=click.IntRange(LEAST_ROUNDS), help=_("量几轮")
)
@click.option("--acts", default=40, show_default=True, type=click.IntRange(1), help=_("每轮做几次"))
@with_json
def bench(*, rounds: int, acts: int, as_json: bool) -> None:
    """Measure; what is not proved by the books afterwards is said to be INVALID."""
    from moralbank.bench.counter import measure  # noqa: PLC0415 - the whole application

    rows = [figure.row() for figure in measure(rounds, acts)]
    with tempfile.TemporaryDirectory(prefix="moralbank-bench-") as folder:
        where = machine(Path(folder))
    if as_json:
        show_json({"machine": where, "figures": rows})
        return
    heads = {
        "name": _("名称"),
        "ours_ms": _("本程序（毫秒）"),
        "baseline_ms": _("空壳（毫秒）"),
        "ratio": _("比值"),
        "least": _("最小"),
        "most": _("最大"),
        "aim": _("目标"),
        "verdict": _("结论"),
    }
    show(rows, heads, as_json=False)
    click.echo(" ".join(f"{name}={value}" for name, value in where.items()))
