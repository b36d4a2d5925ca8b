"""What the supervisor sees of a month: by person, changed, reversed, barred, objected."""

import io
import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from python_calamine import load_workbook

from moralbank import clock
from moralbank.access.permissions import Role
from moralbank.access.service import end_tie
from moralbank.audit import Actor
from moralbank.awards import deciding
from moralbank.awards.bars import KinBarred, SelfReview
from moralbank.awards.states import Act
from moralbank.objections.models import ObjectionWay
from moralbank.objections.service import RaiseObjection, raise_objection
from moralbank.supervision.decisions import PersonDecisions, decisions_by_person
from moralbank.supervision.months import month_of
from moralbank.supervision.trail import bar_hits, overrides, reversals, tie_moves
from tests.awards.deeds import DU, GAOWA, WANG, ZHONG, fresh_id
from tests.households.test_pages import statements
from tests.notices.wall import after
from tests.sittings.group import Group
from tests.terminal import Terminal
from tests.village import STAFF, Browser, Town

Browse = Callable[[Role], Browser]
WORK, TAIL, TREES = "出义务工", "拾金不昧", "植树绿化"
SUPERVISOR = STAFF[Role.SUPERVISOR]
PAGES = ("decisions", "overrides", "reversals", "bars", "ties", "objections")


def people(town: Town) -> dict[str, PersonDecisions]:
    with town.database.reading() as session:
        found = decisions_by_person(session, town.village_id, month_of(clock.today()))
    return {one.name: one for one in found}


@contextmanager
def ago(hours: int) -> Iterator[None]:
    """Let it be so many hours before now; decisions of now then lie in this month for sure."""
    with clock.at(clock.now() - timedelta(hours=hours)):
        yield


def verifier(group: Group) -> Actor:
    """何志勇 as somebody who verifies in every group."""
    return replace(group.town.actor(Role.GRID), role=Role.RECORDER)


def lived_through(group: Group) -> list[int]:
    """A month with something of everything; the deeds' numbers.

    1 verified and approved, 2 adjusted and approved, 3 refused, 4 sent back, 5 approved and
    reversed, 6 objected; 赵德顺 tries his daughter's, 李建军 his own record.
    """
    writing = group.town.database.writing
    tie = group.kin(group.reviewer, "二组-014", "女儿家")
    with ago(6):
        deeds = [group.record(label, WORK) for label in (DU, WANG, ZHONG, GAOWA)]
        deeds.append(group.record(DU, TREES))
        found = group.record(WANG, TAIL, points_each=5, note="捡到手机还给失主")
        daughters = group.record("二组-014", WORK)
    with writing() as session:
        deciding.verify(session, verifier(group), fresh_id(), deeds[:1])
    with writing() as session:
        deciding.adjust(
            session, group.zhou, found, quantity=1, points_each=2, reason="只是一把钥匙"
        )
    group.vote(deeds[0], found, deeds[4], who=group.zhou)
    group.refuse(deeds[2], "那天他不在村里", who=group.zhou)
    with writing() as session:
        deciding.send_back(session, group.reviewer, deeds[3], "请补照片")
    with pytest.raises(KinBarred), writing() as session:
        deciding.approve(session, group.reviewer, fresh_id(), [daughters])
    with pytest.raises(SelfReview), writing() as session:
        deciding.verify(session, group.recorder, fresh_id(), [daughters])
    group.reverse(deeds[4], "记了两次")
    with writing() as session:
        raised = RaiseObjection(deeds[0], "没有看到", ObjectionWay.PHONE)
        raise_objection(session, group.recorder, fresh_id(), raised)
        end_tie(session, group.admin, tie)
    return [*deeds, found]


def test_decisions_are_counted_by_person(village: Town, group: Group) -> None:
    group.set("verification", "all")
    with ago(3):
        first = group.record(DU, WORK)
    with ago(10):
        others = [group.record(label, WORK) for label in (WANG, ZHONG)]
    with village.database.writing() as session:
        deciding.verify(session, verifier(group), fresh_id(), [first])
    group.set("verification", "none")
    group.set("review_votes", "2")
    group.vote(first, *others, who=group.zhou)
    group.vote(first, who=group.han)
    group.refuse(others[0], "不是这个月的", who=group.han)
    group.refuse(others[0], "同意韩梅", who=group.reviewer)
    group.refuse(others[1], "先不同意", who=group.zhou)
    group.vote(others[1], who=group.zhou)
    found = people(village)
    zhou, han = found["周长海"], found["韩梅"]
    assert (zhou.approved, zhou.refused, zhou.against) == (3, 0, 0)
    assert (han.approved, han.refused, han.against) == (1, 1, 50)
    assert zhou.hours == pytest.approx(10, abs=0.1)
    assert found["何志勇"].verified == 1
    assert found["何志勇"].hours == pytest.approx(3, abs=0.1)
    assert next(iter(found)) == "周长海"
    with after(40):
        assert people(village) == {}


def test_what_was_changed_reversed_and_barred_is_told(village: Town, group: Group) -> None:
    deeds = lived_through(group)
    month = month_of(clock.today())
    with village.database.reading() as session:
        (override,) = overrides(session, village.village_id, month)
        (reversal,) = reversals(session, village.village_id, month)
        hit, own = bar_hits(session, village.village_id, month)
        moves = tie_moves(session, village.village_id, month)
        elsewhere = [
            read(session, 150404103202, month)
            for read in (overrides, reversals, bar_hits, tie_moves, decisions_by_person)
        ]
    assert (override.award.id, override.act, override.by) == (deeds[5], Act.ADJUST, "周长海")
    assert (override.before, override.after, override.reason) == (5, 2, "只是一把钥匙")
    assert (reversal.award.id, reversal.by, reversal.reason) == (deeds[4], "赵德顺", "记了两次")
    assert (hit.by, hit.households) == ("赵德顺", ("二组-014",))
    assert hit.awards == own.awards == (deeds[5] + 1,)
    assert (own.by, own.households, own.tried) == ("李建军", ("二组-014",), "核实、评议自己记的")
    assert [(one.user, one.household, one.ended) for one in moves] == [
        ("赵德顺", "二组-014", False),
        ("赵德顺", "二组-014", True),
    ]
    assert elsewhere == [[]] * 5


def test_the_supervisors_pages_and_files(
    village: Town, group: Group, app: Flask, browse: Browse
) -> None:
    lived_through(group)
    supervisor = browse(Role.SUPERVISOR)
    for page, said in zip(
        PAGES,
        ("周长海", "只是一把钥匙", "记了两次", "二组-014", "女儿家", "还有 5 天"),
        strict=True,
    ):
        assert said in supervisor.open(f"/supervision/{page}"), page
        assert said not in supervisor.open(f"/supervision/{page}", month="2020-01"), page
        file = supervisor.client.get(f"/supervision/{page}.xlsx")
        rows = load_workbook(io.BytesIO(file.data)).get_sheet_by_index(0).to_python()
        assert said in str(rows), page
    page = supervisor.open("/supervision/objections")
    assert re.search(r'<a href="/objections/(\d+)">第 \1 号</a>', page)
    assert re.search(r'data-label="积分记录".*<a href="/awards/(\d+)">第 \1 条</a>', page)
    with statements(app) as before:
        supervisor.open("/supervision")
    for label in (DU, WANG, ZHONG):
        again = group.record(label, TREES, note="又种了十棵")
        with village.database.writing() as session:
            deciding.adjust(session, group.han, again, quantity=2, points_each=3, reason="种了两次")
        group.vote(again, who=group.zhou)
        group.reverse(again, "不是他种的")
    with statements(app) as later:
        page = supervisor.open("/supervision")
    assert len(later) == len(before)
    assert "随机抽查" in page
    supervisor.open("/supervision/kings.xlsx", expect=404)
    supervisor.open("/supervision", month="去年")


def test_the_supervisors_commands(group: Group, terminal: Terminal) -> None:
    lived_through(group)
    rows = json.loads(terminal.run("supervision", "decisions", "--json", who=SUPERVISOR))
    assert next(row for row in rows if row["name"] == "周长海")["approved"] == 3
    assert "只是一把钥匙" in terminal.run("supervision", "overrides", who=SUPERVISOR)
    assert "二组-014" in terminal.run("supervision", "bars", who=SUPERVISOR)
    asked = ("supervision", "reversals", "--month", "2026年")
    assert "应像 2026-11" in terminal.run(*asked, who=SUPERVISOR, expect=1)
    refused = terminal.run("supervision", "bars", who=STAFF[Role.REVIEWER], expect=1)
    assert "请由监督员来办" in refused
