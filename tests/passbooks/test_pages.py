"""The pages of passbooks, and the command line."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from moralbank.access.permissions import Role
from moralbank.paper import jobs
from moralbank.villages.settings import INK, INK_SAVING, PRINTER_OFFSET
from tests.awards.deeds import DU, WANG, one_engine
from tests.passbooks.clerk import Clerk
from tests.printing.paper import Paper
from tests.printing.passbook import joined, leaves, lines_on
from tests.terminal import Terminal
from tests.village import Browser

Browse = Callable[[Role], Browser]


@one_engine
def test_a_clerk_looks_prints_and_sets_back(clerk: Clerk, browse: Browse) -> None:
    clerk.earn(DU, 2)
    page, du = browse(Role.RECORDER), clerk.town.household(DU).id
    address = f"/passbooks/household/{du}"
    assert "没印过" in page.open(address)
    assert 'value="booklet" checked' in page.page  # what never had a passbook needs one
    form = {"how": "booklet", "request_id": page.value("request_id")}
    sample = page.send(f"{address}/print.pdf", **form, sample="1")
    assert "未登记" in joined(Paper(sample.data).text)
    assert clerk.book(DU).prints == 0

    for _time in range(2):  # pressed twice
        sheet = page.send(f"{address}/print.pdf", **form)
        assert sheet.mimetype == "application/pdf"
    assert [len(lines_on(leaf)) for leaf in leaves(sheet.data)] == [0, 0, 2, 0]
    assert "未登记" not in joined(Paper(sheet.data).text)
    assert (clerk.book(DU).prints, clerk.book(DU).printed) == (1, 2)

    assert "整本，第 1 到 2 笔" in page.open(address)
    fresh = {"request_id": page.value("request_id")}
    refused = page.send(f"{address}/print.pdf", how="refill", **fresh)
    assert refused.status_code == 409
    assert "没有新的账要印" in page.page
    assert 'value="refill" checked' in page.page
    fresh = {"request_id": page.value("request_id")}
    for typed, words in (("2", "请填 0 到 1"), ("", "请填写这一项"), ("一", "要填整数")):
        answer = page.send(f"{address}/set-back", lines=typed, **fresh)
        assert answer.status_code == 422
        assert words in page.page
    page.open(address)
    answer = page.send(f"{address}/set-back", lines="0", request_id=page.value("request_id"))
    assert answer.status_code == 303
    assert "已退回" in page.open(address)
    assert clerk.book(DU).printed == 0
    page.open("/passbooks/household/9999", expect=404)


@one_engine
def test_where_no_more_is_taken_to_be_drawn_nothing_is_remembered(
    clerk: Clerk, browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What counts as printed and never came out would be missing on paper for good."""
    clerk.earn(DU, 2)
    page, du = browse(Role.RECORDER), clerk.town.household(DU).id
    page.open("/passbooks")
    form = {"how": "refill", "household": [du], "scope": "ticked", "look": "1"}
    with monkeypatch.context() as patch:
        patch.setattr(jobs, "MOST_WAITING", 0)
        answer = page.send("/passbooks/print.pdf", **form, request_id=page.value("request_id"))
    assert answer.status_code == 503
    assert "在排版或在排队" in page.page
    assert clerk.book(DU).prints == 0
    answer = page.send("/passbooks/print.pdf", **form, request_id=page.value("request_id"))
    assert answer.status_code == 303
    assert (clerk.book(DU).prints, clerk.book(DU).printed) == (1, 2)


@one_engine
def test_the_list_says_whose_lines_wait_and_prints_those_chosen(
    clerk: Clerk, browse: Browse
) -> None:
    clerk.earn(DU, 2)
    clerk.earn(WANG, 1)
    page = browse(Role.ADMIN)
    text = page.open("/passbooks")
    assert "列出8户，2户有新账等着印" in joined(text)
    assert "王䶮" in page.open("/passbooks", q="王")
    assert "杜仁森" not in page.page
    sixth = clerk.town.household(WANG).group_id
    page.open("/passbooks", group=sixth)

    nobody = page.send("/passbooks/print.pdf", how="refill", scope="ticked", group=str(sixth))
    assert nobody.status_code == 422
    assert "请先勾选要打印的住户" in page.page
    strange = page.send("/passbooks/print.pdf", how="cheque", scope="listed")
    assert strange.status_code == 422
    for typed in ("9999", "x"):
        form = {"how": "refill", "scope": "ticked", "household": typed}
        for sample in ("", "1"):
            form |= {"sample": sample, "request_id": page.value("request_id")}
            assert page.send("/passbooks/print.pdf", **form).status_code == 404

    form = {"how": "refill", "scope": "listed", "group": str(sixth)}
    group = page.send("/passbooks/print.pdf", **form, request_id=page.value("request_id"))
    assert "王䶮" in joined(Paper(group.data).text)
    assert "杜仁森" not in joined(Paper(group.data).text)
    page.open("/passbooks")
    assert "第 1 次：续页，1 户" in page.page
    chosen = {"how": "booklet", "scope": "ticked", "household": clerk.ids([DU, WANG])}
    both = page.send("/passbooks/print.pdf", **chosen, request_id=page.value("request_id"))
    assert [len(lines_on(leaf)) for leaf in leaves(both.data)] == [0, 0, 2, 0, 0, 0, 1, 0]
    page.open("/passbooks")
    back = {"request_id": page.value("request_id")}
    assert page.send("/passbooks/printings/1/set-back", **back).status_code == 409
    back = {"request_id": page.value("request_id")}
    assert page.send("/passbooks/printings/2/set-back", **back).status_code == 303
    assert [clerk.book(one).printed for one in (DU, WANG)] == [0, 1]

    watcher = browse(Role.SUPERVISOR)
    watcher.open("/passbooks")
    assert "打印勾选的" not in watcher.page
    du = clerk.town.household(DU).id
    assert "没印好" not in watcher.open(f"/passbooks/household/{du}")
    assert watcher.send(f"/passbooks/household/{du}/print.pdf", how="whole").status_code == 403
    for path in (f"/households/{du}", f"/ledger/{du}"):
        assert f'href="/passbooks/household/{du}"' in watcher.open(path)


def test_the_command_line_prints_and_shows(
    clerk: Clerk, terminal: Terminal, tmp_path: Path
) -> None:
    clerk.earn(DU, 2)
    clerk.earn(WANG, 1)
    clerk.allow(INK, INK_SAVING)
    clerk.allow(PRINTER_OFFSET, "1.5 -2")
    recorder, target = "李建军", tmp_path / "out" / "存折.pdf"
    said = terminal.run(
        "passbooks", "print", "--all", "--how", "booklet", "-o", str(target), who=recorder
    )
    assert "共 8 户" in said
    assert len(Paper(target.read_bytes()).sizes_mm) == 16
    clerk.earn(DU, 1)
    arguments = ("passbooks", "print", "--household", DU, "--how", "continue", "-o", str(target))
    terminal.run(*arguments, "--sample", who=recorder)
    assert clerk.book(DU).fresh == 1
    terminal.run(*arguments, who=recorder)
    assert clerk.book(DU).fresh == 0
    assert "没有新的账要印" in terminal.run(*arguments, who=recorder, expect=1)
    assert "没有新的账要印" in terminal.run(*arguments, "--sample", who=recorder, expect=1)
    both = ("--group", "一组", "--all", "-o", str(target))
    assert "只写一个" in terminal.run("passbooks", "print", *both, who=recorder, expect=1)
    assert "不能做这件事" in terminal.run(*arguments, who="孙守正", expect=1)

    terminal.run("passbooks", "set-back", DU, "1", who=recorder)
    rows = json.loads(terminal.run("passbooks", "show", DU, "--json", who="孙守正"))
    assert [(row["number"], row["in"], row["balance"], row["printed"]) for row in rows] == [
        (1, 1, 1, True),
        (2, 1, 2, False),
        (3, 1, 3, False),
    ]
    assert "参加村民会议" in terminal.run("passbooks", "show", DU, who="孙守正")
