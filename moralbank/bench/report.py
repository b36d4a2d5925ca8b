"""What was measured as a document: its tables, its charts, and the words that people wrote to it.

The frame is `benchmarks.md` beside this file, the people's words stand in `notes.toml`.
"""

import json
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from string import Template
from typing import Any, Final

from moralbank.bench.drawings import curve_picture
from moralbank.bench.figures import INVALID, Curve, readings
from moralbank.bench.plan import ROWS, Size
from moralbank.bench.suite import NOISE, Outcome, agreement, is_twice, noisy_ones
from moralbank.i18n import in_the_villages_language
from moralbank.paths import PACKAGE
from moralbank.whole_files import write_whole

DOCUMENT: Final = "benchmarks.md"
PICTURES: Final = "pictures"

_FOLDER: Final = PACKAGE / "bench"
_READABLE: Final = 0o644
_BLANKS: Final = re.compile(r"\n{3,}")
"""What a place of the frame leaves behind where nothing is to be said."""
_WHOLE: Final = 100
"""Numbers from here on are written without decimals, thousands parted."""
_VERDICTS: Final = {"ok": "达到", "missed": "**未达到**", "": "只作比较"}
_MACHINE: Final = {
    "date": "日期",
    "moralbank": "本程序",
    "cores": "处理器核数",
    "processor": "处理器",
    "memory_gb": "内存（GB）",
    "system": "系统",
    "file_system": "文件系统",
    "fsync_ms": "等盘一次（毫秒，中位数）",
    "python": "Python",
    "sqlite": "SQLite",
    "postgresql": "PostgreSQL",
}

KEPT: Final = "benchmarks.json"
"""What was measured, as it is kept for the next time that only some rows are."""
_SAME: Final = ("moralbank", "cores", "processor", "memory_gb", "system", "python", "sqlite")
"""What a machine is known by."""

Row = Mapping[str, Any]
Found = dict[str, Any]
"""`Outcome.as_json`, with size, rounds, and loads by row."""


def write(outcome: Outcome, size: Size, rounds: int, folder: Path) -> list[Path]:
    """Write the document and its charts into `folder`; returns their paths. Raises OSError.

    What stands there of other rows stays, if it was measured on this machine in this size.
    """
    found = _with_earlier(outcome.as_json(), size, rounds, folder / PICTURES / KEPT)
    curves = [Curve(**curve) for curve in found["curves"]]
    (folder / PICTURES).mkdir(parents=True, exist_ok=True)
    written = {
        folder / _picture(curve): curve_picture(curve, _words("curves", curve.name))
        for curve in curves
    }
    written[folder / PICTURES / KEPT] = json.dumps(found, ensure_ascii=False, indent=1) + "\n"
    with in_the_villages_language():
        written[folder / DOCUMENT] = document(found, size, rounds, curves)
    for path, text in written.items():
        write_whole(path, text.encode(), mode=_READABLE, lasting=False)
    return list(written)


def _with_earlier(found: Found, size: Size, rounds: int, file: Path) -> Found:
    """What was found now, and before it what an earlier run found of other rows."""
    of = {"size": size.name, "rounds": rounds}
    loads = {row["row"]: found["loads"] for row in found["figures"]}
    now = {**found, **of, "loads": loads}
    before = json.loads(file.read_text("utf-8")) if file.exists() else {}
    if not before or any(before[name] != of[name] for name in of):
        return now
    if any(before["machine"].get(name) != found["machine"].get(name) for name in _SAME):
        return now
    old = [row for row in before["figures"] if row["row"] not in loads]
    names = {curve["name"] for curve in now["curves"]}
    now["figures"] = sorted([*old, *now["figures"]], key=lambda row: list(ROWS).index(row["row"]))
    now["curves"] = [c for c in before["curves"] if c["name"] not in names] + now["curves"]
    now["machine"] = {**before["machine"], **{k: v for k, v in found["machine"].items() if v}}
    for name in ("loads", "seconds"):
        now[name] = {**before[name], **now[name]}
    return now


def document(found: Found, size: Size, rounds: int, curves: Sequence[Curve]) -> str:
    """The document's text."""
    rows = found["figures"]
    noisy = ", ".join(f"`{name}`" for name in noisy_ones(rows))
    noise = f"The second run differs by {NOISE} % or more in {noisy}." if noisy else ""
    frame = Template((_FOLDER / DOCUMENT).read_text("utf-8"))
    text = frame.substitute(
        preface=_all_words()["preface"].strip(),
        closing=_all_words()["closing"].strip(),
        scope=_scope(size, rounds),
        agreement=agreement(rows),
        table=_table(_heads(rows), (_line(row, twice=is_twice(rows)) for row in rows)),
        beside=_beside(rows),
        notes=_notes(rows, "note") or "没有要说明的。",
        pictures="\n\n".join(
            f"![{_words('curves', curve.name).get('title', curve.name)}]({_picture(curve)})"
            for curve in curves
        ),
        machine=_table(("", ""), _machine(found)),
        noise=noise,
        english="\n\n".join((_english(rows), _notes(rows, "english"))).rstrip(),
    )
    return _BLANKS.sub("\n\n", text)


def _scope(size: Size, rounds: int) -> str:
    return (
        f"规模 `{size.name}`，每个数 {rounds} 轮：公示 {size.notice_lines:,} 行；一个村入过账的事"
        f" {size.history[0]:,} 到 {size.history[-1]:,} 件；首页 {size.page_deeds:,} 件；全县"
        f" {size.county_villages:,} 个村、{size.county_households:,} 户、"
        f"{size.county_transfers:,} 笔账；{size.cards:,} 张卡。"
    )


def _picture(curve: Curve) -> str:
    return f"{PICTURES}/bench-{curve.name}.svg"


@cache
def _all_words() -> Mapping[str, Any]:
    return tomllib.loads((_FOLDER / "notes.toml").read_text("utf-8"))


def _words(kind: str, name: str) -> Mapping[str, str]:
    found: Mapping[str, str] = _all_words()[kind].get(name, {})
    return found


def _heads(rows: Sequence[Row]) -> Sequence[str]:
    again = ["第二遍", "相差"] if is_twice(rows) else []
    ratio = ["本程序", "对照", "比值", *again, "目标", "结论"]
    return ["名称", "做的事", "与什么比", *ratio]


def _line(row: Row, *, twice: bool) -> Iterator[str]:
    words = _words("figures", row["name"])
    yield f"`{row['name']}`"
    yield words.get("work", row["work"])
    yield words.get("baseline", row["baseline"])
    yield _amount(row["ours"], row["unit"])
    yield _amount(row["bare"], row["unit"])
    yield _ratio(row)
    if twice:
        differs = row.get("differs")
        yield _number(row.get("again"))
        yield "" if differs is None else f"{differs:+.1f}%"
    yield row["aim"] or ""
    yield _verdict(row["verdict"])


def _verdict(verdict: str) -> str:
    if verdict.startswith(INVALID):
        return f"**作废**：{verdict.removeprefix(INVALID).removeprefix(': ')}"
    return _VERDICTS.get(verdict, verdict)


def _ratio(row: Row) -> str:
    if row["ratio"] is None:
        return ""
    ends = f"{_number(row['least'])}–{_number(row['most'])}"
    return f"**{_number(row['ratio'])}**（{ends}）"


def _amount(amount: float | None, unit: str) -> str:
    return "" if amount is None else f"{_number(amount)} {unit}"


def _number(number: float | None) -> str:
    if number is None:
        return ""
    return f"{number:,.0f}" if number >= _WHOLE else f"{number:g}"


def _beside(rows: Sequence[Row]) -> str:
    told = [(f"`{row['name']}`", readings(row)) for row in rows if row["beside"]]
    return f"旁边的读数：\n\n{_table(('名称', '读数'), told)}\n" if told else ""


def _notes(rows: Sequence[Row], key: str) -> str:
    """The words under the table, of the figures that stand in it."""
    named = [(row["name"], _words("figures", row["name"]).get(key, "").strip()) for row in rows]
    return "\n".join(f"- `{name}`: {note}" for name, note in named if note)


def _machine(found: Found) -> Iterator[tuple[str, str]]:
    for name, value in found["machine"].items():
        if value:
            yield _MACHINE.get(name, name), str(value)
    loads = [load for pair in found["loads"].values() for load in pair if load is not None]
    if loads:
        yield "平均负载（各行量前、量后）", f"{min(loads):g} – {max(loads):g}"
    yield "量了多久", f"{sum(found['seconds'].values()) / 60:.0f} 分钟"


def _english(rows: Sequence[Row]) -> str:
    heads = ("name", "work", "baseline", "ratio", "aim", "verdict")
    lines = ((f"`{row['name']}`", *(str(row[head] or "") for head in heads[1:])) for row in rows)
    return _table(heads, lines)


def _table(heads: Sequence[str], lines: Iterable[Iterable[str]]) -> str:
    """A table of Markdown; a stroke in a cell would part it."""
    whole = [heads, ["---"] * len(heads), *lines]
    return "\n".join(
        f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |" for cells in whole
    )
