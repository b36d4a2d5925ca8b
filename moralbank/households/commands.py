"""`moralbank households`."""

from pathlib import Path

import click

from moralbank.audit import Actor
from moralbank.console import acts, show, show_json, with_json, write_file
from moralbank.db import reading, writing
from moralbank.errors import Invalid
from moralbank.households import service
from moralbank.households.commands_personal import PERSONAL_COMMANDS
from moralbank.households.marking import marked_copy
from moralbank.households.preview import Preview, preview
from moralbank.households.queries import HouseholdInfo, listed_households
from moralbank.households.roster import JudgedRow
from moralbank.i18n import _, clauses, listed, mark
from moralbank.tables.cells import Fate, fate_label
from moralbank.villages.queries import group_called


class RosterUnusable(Invalid):
    """The file's columns or rows can't be made out."""

    text = mark("%(why)s")
    code = "roster_unusable"


@click.group(help=_("住户：导入花名册、查询。"))
def households() -> None:
    """Group of commands."""


for _command in PERSONAL_COMMANDS:
    households.add_command(_command)


@households.command(
    "import",
    help=_("导入花名册（.xlsx、.xls、.ods、.csv）。不加 --commit 只核对，不写入。"),
)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--commit", is_flag=True, help=_("核对后写入"))
@click.option("--skip-errors", is_flag=True, help=_("跳过有错的行，只导入其余的"))
@click.option(
    "--marked-copy",
    "copy",
    type=click.Path(dir_okay=False, path_type=Path),
    help=_("另存一份标出每行结果的表（.xlsx）"),
)
@acts("households.edit")
def import_file(
    actor: Actor, *, file: Path, commit: bool, skip_errors: bool, copy: Path | None
) -> None:
    """Judge a roster, and import it if told to."""
    with reading() as session:
        judged = preview(session, actor.village_id, file.read_bytes(), file.name, {})
    if judged.header is None or judged.trouble:
        raise RosterUnusable(why=judged.trouble)
    _tell(judged, judged.header.ignored)
    if copy is not None:
        write_file(copy, marked_copy(judged.table, judged.header, judged.judged))
    if not commit:
        click.echo(_("以上只是核对，没有写入。确认无误后加 --commit 再运行一次。"))
        return
    rows = [item.row for item in judged.judged]
    with writing() as session:
        done = service.import_roster(
            session, actor, rows, filename=file.name, skip_errors=skip_errors
        )
    numbers = {"new": done.new, "changed": done.changed, "skipped": done.skipped}
    click.echo(_("已导入：新增 %(new)s 户，更新 %(changed)s 户，跳过 %(skipped)s 行", **numbers))


@households.command("list", help=_("列出本村的住户，按小组和户号排。"))
@click.option("--group", help=_("只列一个小组，如 一组"))
@click.option("--search", default="", help=_("按姓名、拼音首字母、户号或电话尾号查找"))
@with_json
@acts("households.view")
def list_households(actor: Actor, *, group: str | None, search: str, as_json: bool) -> None:
    """List households."""
    with reading() as session:
        group_id = group_called(session, actor.village_id, group).id if group else None
        found = listed_households(session, actor.village_id, typed=search, group_id=group_id)
    if as_json:
        show_json([_as_json(info) for info in found])
        return
    rows = [
        {
            "label": info.label,
            "head": info.head,
            "people": info.people,
            "telephone": info.telephone,
            "status": _("已迁出") if info.moved else "",
        }
        for info in found
    ]
    heads = {
        "label": _("户号"),
        "head": _("户主"),
        "people": _("人口"),
        "telephone": _("电话"),
        "status": _("状态"),
    }
    show(rows, heads, as_json=False)


def _tell(judged: Preview, ignored: tuple[str, ...]) -> None:
    """Print the number of rows by fate, what is not read or printable, and the wrong rows."""
    if ignored:
        click.echo(_("身份证号不会被导入（%(columns)s）", columns=listed(ignored)))
    if judged.paper_warning:
        click.echo(judged.paper_warning)
    counts = [_("%(fate)s %(n)s", fate=fate_label(fate), n=n) for fate, n in judged.counts.items()]
    click.echo(_("共 %(n)s 行：%(counts)s", n=len(judged.judged), counts=_("，").join(counts)))
    for item in judged.of(Fate.ERROR):
        click.echo(_error_line(item))


def _error_line(item: JudgedRow) -> str:
    row = item.row
    words = {"line": row.line, "who": f"{row.group}-{row.number} {row.head}".strip("- ")}
    return _("第 %(line)s 行 %(who)s：%(why)s", **words, why=clauses(item.reasons))


def _as_json(info: HouseholdInfo) -> dict[str, object]:
    return {
        "id": info.id,
        "label": info.label,
        "group": info.group,
        "number": info.number,
        "head": info.head,
        "telephone": info.telephone,
        "people": info.people,
        "address": info.address,
        "note": info.note,
        "consent": info.consent,
        "status": info.status,
    }
