"""Deeds at the command line."""

import json
from pathlib import Path

import pytest

from tests.awards.deeds import Deeds, one_engine
from tests.photos.phone import sent, snapshot
from tests.terminal import Terminal

RECORDER, REVIEWER = "李建军", "赵德顺"


def _record(terminal: Terminal, *arguments: str, expect: int = 0) -> str:
    return terminal.run("awards", "record", *arguments, who=RECORDER, expect=expect)


def _list(terminal: Terminal, *arguments: str) -> list[dict[str, object]]:
    said = terminal.run("awards", "list", *arguments, "--json", who=REVIEWER)
    found: list[dict[str, object]] = json.loads(said)
    return found


def test_record_list_approve(deeds: Deeds, terminal: Terminal) -> None:
    said = _record(terminal, "--household", "一组-012", "--item", "志愿服务", "--quantity", "6")
    assert "已记第 1 条：一组-012 杜仁森 志愿服务 6 分，待评议" in said
    _record(terminal, "--household", "一组-012", "--household", "六组042", "--item", "1")
    (first, *others) = reversed(_list(terminal))
    assert (first["household"], first["points"], first["state"]) == ("一组-012", 6, "claimed")
    assert [other["item"] for other in others] == ["庭院清洁达标"] * 2
    said = terminal.run("awards", "list", who=REVIEWER)
    assert "待评议" in said
    assert "共 3 条" in said
    assert "已通过 1 条，入账 6 分" in terminal.run("awards", "approve", "1", who=REVIEWER)
    assert "入账 6 分" in terminal.run("awards", "approve", "--all", who=REVIEWER)
    assert "没有等您评议的" in terminal.run("awards", "approve", "--all", who=REVIEWER)
    assert len(_list(terminal, "--state", "posted")) == 3
    assert len(_list(terminal, "--household", "六组-042")) == 1
    assert deeds.points("一组-012") == 9
    assert deeds.problems() == []


def test_all_options_of_a_record(deeds: Deeds, terminal: Terminal) -> None:
    deeds.add_member("一组-012", "杜小军")
    day = deeds.row(deeds.record("六组-042", "植树绿化")).deed_on.isoformat()
    _record(
        terminal,
        *("--household", "一组-012", "--item", "子女考学", "--points", "２０", "--date", day),
        *("--note", "录取通知书", "--member", "杜小军", "--request-id", "round-000009"),
    )
    (row,) = _list(terminal, "--household", "一组-012")
    assert (row["member"], row["points"], row["note"]) == ("杜小军", 20, "录取通知书")
    assert row["deed_on"] == day


@one_engine
@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--item", "志愿服务", "--quantity", "0"], "数量不对"),
        (["--item", "志愿服务", "--quantity", "-1"], "数量不对"),
        (["--item", "志愿服务", "--quantity", "1e9"], "数量不对"),
        (["--item", "志愿服务", "--quantity", "一"], "数量不对"),
        (["--item", "志愿服务", "--points", "许多"], "不是整数"),
        (["--item", "志愿服务", "--date", "昨天"], "日期不对"),
        (["--item", "志愿服务", "--date", "2099-01-01"], "不能晚于今天"),
        (["--item", "志愿服务", "--member", "杜小军"], "没有这位家庭成员"),
        (["--item", "志愿"], "没有“志愿”这一项"),
        (["--item", "拾金不昧", "--note", "拾到钱包"], "要写明给几分"),
        (["--item", "占道堆放", "--note", "堆在路口"], "扣分须先私下提醒"),
        (["--item", "志愿服务", "--household", "九组-999"], "九组-999"),
        (["--item", "志愿服务", "--request-id", "短"], "请求编号不对"),
    ],
)
def test_refusals_end_with_one_and_say_why(
    deeds: Deeds, terminal: Terminal, options: list[str], words: str
) -> None:
    said = _record(terminal, "--household", "一组-012", *options, expect=1)
    assert words in said
    assert _list(terminal) == []
    assert deeds.problems() == []


def test_the_same_request_twice_is_one_record(deeds: Deeds, terminal: Terminal) -> None:
    once = ["--household", "一组-012", "--item", "植树绿化", "--request-id", "round-000001"]
    assert _record(terminal, *once) == _record(terminal, *once)
    many = ["--household", "一组-012", "--household", "六组-042", "--item", "1"]
    many += ["--request-id", "round-000002"]
    assert _record(terminal, *many) == _record(terminal, *many)
    assert len(_list(terminal)) == 3
    approve = ["awards", "approve", "1", "2", "3", "--request-id", "review-000001"]
    said = terminal.run(*approve, who=REVIEWER)
    assert terminal.run(*approve, who=REVIEWER) == said
    assert deeds.points("一组-012") == 6


def test_many_with_some_that_can_not(deeds: Deeds, terminal: Terminal) -> None:
    deeds.record("六组-042", "庭院清洁达标")
    many = ["--household", "一组-012", "--household", "六组-042", "--item", "庭院清洁达标"]
    said = _record(terminal, *many, "--note", "走访", expect=1)
    assert "✗ 六组-042 王䶮：本月已记 1 次，达到上限 1 次" in said
    assert "一户也没有记" in said
    assert "杜仁森" in _record(terminal, *many, "--note", "走访", "--skip")
    both = [*many, "--member", "杜小军"]
    assert "只能有一个 --household" in _record(terminal, *both, expect=1)


def test_approve_all_leaves_out_ones_own(deeds: Deeds, terminal: Terminal) -> None:
    deeds.record("一组-012", "植树绿化")
    own = deeds.record("六组-042", "植树绿化", who=deeds.reviewer)
    said = terminal.run("awards", "approve", "--all", who=REVIEWER)
    assert "已通过 1 条" in said
    assert "另有 1 条是自己记的" in said
    said = terminal.run("awards", "approve", str(own), who=REVIEWER, expect=1)
    assert "是您自己记的" in said


def test_refuse_and_reverse(deeds: Deeds, terminal: Terminal) -> None:
    deeds.record("一组-012", "植树绿化")
    deeds.record("六组-042", "抢险救灾", note="雨夜守堤")
    said = terminal.run("awards", "refuse", "1", who=REVIEWER, expect=1)
    assert "请写明理由" in said
    terminal.run("awards", "refuse", "1", "--reason", "没栽活", who=REVIEWER)
    terminal.run("awards", "approve", "2", who=REVIEWER)
    deeds.spend("六组-042", 2)
    said = terminal.run("awards", "reverse", "2", "--reason", "记错了", who=REVIEWER, expect=1)
    assert "该户只剩 3 分" in said
    deeds.record("六组-042", "植树绿化")
    terminal.run("awards", "approve", "3", who=REVIEWER)
    reverse = ["awards", "reverse", "3", "--reason", "记错了", "--request-id", "reverse-0001"]
    said = terminal.run(*reverse, who=REVIEWER)
    assert "第 3 条已冲正" in said
    assert terminal.run(*reverse, who=REVIEWER) == said
    assert deeds.points("六组-042") == 3
    assert deeds.problems() == []


def test_each_command_to_its_role(terminal: Terminal) -> None:
    record = ["awards", "record", "--household", "一组-012", "--item", "志愿服务"]
    assert "请由记分员、网格员来办" in terminal.run(*record, who=REVIEWER, expect=1)
    for act in (["approve", "1"], ["refuse", "1"], ["reverse", "1"]):
        said = terminal.run("awards", *act, who=RECORDER, expect=1)
        assert "请由评议员来办" in said
    terminal.run("awards", "list", who="周桂兰", expect=1)


def test_the_whole_way_by_command(deeds: Deeds, terminal: Terminal, tmp_path: Path) -> None:
    """On paper with a photo as a draft, handed in, looked at, changed, two votes, hung, taken back.

    Each by whoever has the part; the words are those of the pages.
    """
    deeds.allow("review_votes", "2")
    deeds.allow("notice_days", "1")
    deeds.hire("何满仓")
    photo = tmp_path / "钱包.jpg"
    photo.write_bytes(sent(snapshot()))
    wallet = [
        "--household",
        "一组-012",
        "--item",
        "拾金不昧",
        "--points",
        "3",
        "--note",
        "拾到钱包",
    ]
    paper = ["--helper", "村医小王", "--photo", str(photo), "--draft"]
    assert "草稿" in _record(terminal, *wallet, *paper)
    both = [*wallet, "--household", "六组-042", "--draft"]
    assert "只能有一个 --household" in _record(terminal, *both, expect=1)

    def run(*arguments: str, who: str, expect: int = 0) -> str:
        return terminal.run("awards", *arguments, who=who, expect=expect)

    assert "要由" not in run("submit", "1", "--note", "拾到钱包，交给失主", who=RECORDER)
    (row,) = json.loads(run("to-verify", "--json", who=RECORDER))
    assert (row["source"], row["helper"], row["note"]) == (
        "paper",
        "村医小王",
        "拾到钱包，交给失主",
    )
    assert "共 0 条" in run("to-verify", who="何志勇")
    assert "还没有核实" in run("approve", "1", who=REVIEWER, expect=1)
    assert "自己记的" in run("verify", "1", who=RECORDER, expect=1)
    assert "不归您管" in run("verify", "1", who="何志勇", expect=1)
    deeds.look_after("何志勇", "一组-012")
    run("return", "1", "--reason", "失主是谁？", who="何志勇")
    run("submit", "1", who=RECORDER)
    assert "1 条已核实" in run("verify", "1", "--witness", "失主老张", who="何志勇")
    assert "分数已改" in run("adjust", "1", "--points", "5", "--reason", "五百元", who=REVIEWER)
    assert "还要别的评议员" in run("approve", "--all", who=REVIEWER)
    assert "没有等您评议的" in run("approve", "--all", who=REVIEWER)
    assert "同意 1/2" in run("votes", "1", who=REVIEWER)
    assert "1 条，5 分，等公示" in run("approve", "1", who="何满仓")
    terminal.run("awards", "approve", who=REVIEWER, expect=1)
    deeds.claim("六组-042", "植树绿化")
    assert "不属实" in run("deny", "2", "--reason", "没有栽", who=RECORDER)
    deeds.record("六组-042", "出义务工", note="修路")
    deeds.record("六组-042", "出义务工", note="清渠")
    assert "已撤回" in run("withdraw", "3", "--reason", "记错了", who=RECORDER)
    # Of two who may judge both must agree, so one who doesn't decides.
    assert "第 4 条未通过" in run("refuse", "4", "--reason", "没有来", who=REVIEWER)
    states = [row["state"] for row in reversed(_list(terminal))]
    assert states == ["approved", "refused", "withdrawn", "refused"]
    assert deeds.problems() == []
