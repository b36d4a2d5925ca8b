"""Re-checks: drawn by a printed seed, kept, found right or wrong, provable later."""

import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from python_calamine import load_workbook
from sqlalchemy import text

from moralbank import clock
from moralbank.access.permissions import Role
from moralbank.check import check_village
from moralbank.errors import NotFound
from moralbank.supervision.drawing import draw
from moralbank.supervision.models import Finding
from moralbank.supervision.months import month_of, read_month
from moralbank.supervision.queries import recheck, recheck_rows, rechecks
from moralbank.supervision.service import (
    FindingNoteInvalid,
    Found,
    LineUnknown,
    NothingPosted,
    SeedInvalid,
    draw_recheck,
    keep_findings,
)
from tests.awards.deeds import DU, GAOWA, WANG, ZHONG, fresh_id
from tests.printing.paper import Paper
from tests.sittings.group import Group
from tests.terminal import Terminal
from tests.village import STAFF, Browser, Town

Browse = Callable[[Role], Browser]
SUPERVISOR = STAFF[Role.SUPERVISOR]
HOUSES = (DU, GAOWA, WANG, ZHONG, "一组-001", "一组-006", "二组-014", "六组-031")
SEED = "20261120"


def posted(group: Group) -> list[int]:
    """Eight posted deeds, the last one taken back, and one that is not posted."""
    ids = group.record_many(list(HOUSES), "出义务工")
    group.approve(*ids)
    group.reverse(ids[-1], "记错了")
    group.record(DU, "植树绿化")
    return ids


def drawn(group: Group, seed: str = SEED, request_id: str = "") -> int:
    month = month_of(clock.today())
    with group.town.database.writing() as session:
        return draw_recheck(session, group.supervisor, request_id or fresh_id(), month, seed)


def lines(group: Group, number: int) -> list[int]:
    with group.town.database.reading() as session:
        rows = recheck_rows(session, group.town.village_id, number, 0)
    return [row.award.id for row in rows]


def problems(group: Group) -> list[str]:
    with group.town.database.reading() as session:
        return [problem.code for problem in check_village(session, group.town.village_id)]


def test_a_month_is_drawn_from_and_walked(group: Group, browse: Browse) -> None:
    ids = posted(group)
    group.set("recheck_percent", "30")
    supervisor = browse(Role.SUPERVISOR)
    page = supervisor.open("/supervision/rechecks")
    assert "这个月入账 8 条，按设置抽 30%，要看 3 条" in page
    form = {"request_id": supervisor.value("request_id"), "month": month_of(clock.today()).text}
    assert supervisor.send("/supervision/rechecks", **form, seed="1 2").status_code == 422
    assert "种子不对" in supervisor.page
    assert supervisor.value("seed") == "1 2"
    form["request_id"] = supervisor.value("request_id")
    answer = supervisor.send("/supervision/rechecks", **form, seed=SEED)
    assert answer.location.endswith("/supervision/rechecks/1")
    assert supervisor.send("/supervision/rechecks", **form, seed=SEED).location == answer.location
    assert lines(group, 1) == draw(SEED, ids, 30)

    path = "/supervision/rechecks/1"
    supervisor.open(path)
    # The first line was taken back meanwhile: nothing is left to object to.
    assert lines(group, 1)[0] == ids[-1]
    found = {"finding-2": "wrong", "note-2": "", "finding-1": "wrong", "note-1": "记错了的那条"}
    assert supervisor.send(path, **found).status_code == 422
    assert "第 2 行：不属实的要写明查到什么" in supervisor.page
    assert "记错了的那条" in supervisor.page
    assert supervisor.send(path, **found | {"note-2": "那天他不在"}).status_code == 303
    page = supervisor.open(path)
    assert page.count("/objections/new?award=") == 1
    assert f"/objections/new?award={lines(group, 1)[1]}" in page
    assert "0 / 2 / 1" in page

    printed = Paper(supervisor.client.get(f"{path}/sheet.pdf").data).text
    assert SEED in printed
    assert all(str(number) in printed for number in lines(group, 1))
    sheet = load_workbook(io.BytesIO(supervisor.client.get(f"{path}/found.xlsx").data))
    assert "那天他不在" in str(sheet.get_sheet_by_index(0).to_python())
    sheet = load_workbook(io.BytesIO(supervisor.client.get(f"{path}/lots.xlsx").data))
    _head, *lots = sheet.get_sheet_by_index(0).to_python()
    assert sorted(int(str(row[1]).removesuffix(".0")) for row in lots) == ids
    assert [row[3] for row in lots] == ["抽中"] * 3 + [""] * 5


def test_drawing_twice_is_seen_and_nothing_is_chosen(village: Town, group: Group) -> None:
    """Deeds posted later, or taken back, change no earlier draw, and the proof knows them all."""
    posted(group)
    first = drawn(group)
    later = group.record(WANG, "植树绿化")
    group.approve(later)
    second = drawn(group)
    system = drawn(group, seed="")
    with village.database.reading() as session:
        draws = rechecks(session, village.village_id)
        with pytest.raises(NotFound):
            recheck(session, 150404103202, first)
    assert [(one.id, one.nth, one.out_of) for one in draws] == [
        (system, 3, 9),
        (second, 2, 9),
        (first, 1, 8),
    ]
    assert draws[0].seed.isdecimal()
    assert problems(group) == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE rechecks SET seed = '11111111'",
        "UPDATE rechecks SET percent = 100",
        "UPDATE recheck_lines SET award_id = award_id % 8 + 1",
        "DELETE FROM recheck_lines",
    ],
)
def test_a_chosen_list_is_found(hamlet: Town, statement: str) -> None:
    group = Group(hamlet)
    group.set("recheck_percent", "50")
    posted(group)
    drawn(group)
    assert problems(group) == []
    with hamlet.database.writing() as session:
        session.connection().execute(text(statement))
    assert "recheck_not_as_drawn" in problems(group)


def test_what_cannot_be_drawn_or_found(village: Town, group: Group) -> None:
    with pytest.raises(NothingPosted):
        drawn(group)
    posted(group)
    for seed in ("123", "1" * 41, "12 34", "<b>1234"):
        with pytest.raises(SeedInvalid):
            drawn(group, seed)
    with pytest.raises(NothingPosted), village.database.writing() as session:
        draw_recheck(session, group.supervisor, fresh_id(), read_month("2020-01"))
    number = drawn(group)
    wrong = Found(Finding.WRONG, "那天他不在")
    for found, refusal in (
        ({2: wrong}, LineUnknown),
        ({1: Found(Finding.WRONG)}, FindingNoteInvalid),
        ({1: Found(Finding.RIGHT, "好" * 201)}, FindingNoteInvalid),
    ):
        with pytest.raises(refusal), village.database.writing() as session:
            keep_findings(session, group.supervisor, number, found)
    with village.database.writing() as session:
        assert keep_findings(session, group.supervisor, number, {1: wrong}) == 1
        assert keep_findings(session, group.supervisor, number, {1: wrong}) == 0
        with pytest.raises(NotFound):
            keep_findings(session, group.supervisor, 99, {1: wrong})


def test_the_reader_sees_which_deeds_are_of_their_kin(group: Group, browse: Browse) -> None:
    posted(group)
    group.set("recheck_percent", "100")
    group.kin(group.supervisor, WANG, "外甥家")
    drawn(group)
    assert browse(Role.SUPERVISOR).open("/supervision/rechecks/1").count("请别人去看") == 1


def test_rechecks_by_command(group: Group, terminal: Terminal, tmp_path: Path) -> None:
    ids = posted(group)
    said = terminal.run("supervision", "recheck", "draw", "--seed", SEED, who=SUPERVISOR)
    assert f"入账 8 条，抽 1 条，种子 {SEED}" in said
    (row,) = json.loads(terminal.run("supervision", "recheck", "list", "--json", who=SUPERVISOR))
    assert (row["seed"], row["drawn"], row["nth"]) == (SEED, 1, 1)
    find = ("supervision", "recheck", "find", "1", "1", "wrong")
    assert "要写明查到什么" in terminal.run(*find, who=SUPERVISOR, expect=1)
    terminal.run(*find, "--note", "没有的事", who=SUPERVISOR)
    shown = ("supervision", "recheck", "show", "1")
    (line,) = json.loads(terminal.run(*shown, "--json", who=SUPERVISOR))
    assert (line["award"], line["found"]) == (draw(SEED, ids, 5)[0], "没有的事")
    file = tmp_path / "抽查.pdf"
    terminal.run(*shown, "--pdf", str(file), who=SUPERVISOR)
    assert SEED in Paper(file.read_bytes()).text
