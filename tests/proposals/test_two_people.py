"""What takes two people: proposed by one, confirmed by another, and by nobody alone."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from moralbank import clock
from moralbank.access.permissions import Role
from moralbank.access.queries import actor_of, users_of
from moralbank.access.service import LastAdmin, add_user, change_role, set_disabled
from moralbank.audit import Actor, trail
from moralbank.check import check_village
from moralbank.db import Database
from moralbank.ledger.queries import head_mark, rate_on
from moralbank.ledger.rates import RateInvalid
from moralbank.proposals.act import Act
from moralbank.proposals.acts import ACTS, AddUser, AdoptScheme, ChangeRole, SetRate, ShutOut
from moralbank.proposals.models import ProposalState
from moralbank.proposals.queries import proposal, waiting, waiting_for
from moralbank.proposals.service import (
    DecidedBefore,
    NotYourProposal,
    Overtaken,
    OwnProposal,
    PartChanged,
    Proposed,
    ProposerGone,
    WaitsAlready,
    confirm,
    propose,
    turn_down,
    withdraw,
)
from moralbank.scheme.queries import latest_scheme
from moralbank.scheme.rules import NewScheme, as_new_items
from moralbank.store.queries import rate_history
from tests.proposals.conftest import Two
from tests.terminal import Terminal
from tests.village import PASSWORD, STAFF, VILLAGE_ID, Browser, Town, found_village

ADMIN, SUPERVISOR = STAFF[Role.ADMIN], STAFF[Role.SUPERVISOR]
FIRST = "di-yi-ci-yong-de"


def ask(town: Town, act: Act, name: str = "", who: Role = Role.ADMIN) -> Proposed:
    """Let somebody propose an act, under a request id of its own."""
    with town.database.writing() as session:
        return propose(session, town.actor(who), f"request-{act.key}{name}", act)


def agree(town: Town, number: int, name: str = "", who: Role = Role.SUPERVISOR) -> int:
    """Let somebody confirm one."""
    with town.database.writing() as session:
        return confirm(session, town.actor(who), f"confirm-{number}{name}", number)


def parts(town: Town) -> dict[str, tuple[Role, bool]]:
    """Everybody's part, and whether they are shut out."""
    with town.database.reading() as session:
        found = users_of(session, town.village_id)
    return {one.name: (one.role, one.disabled) for one in found}


def last_line(town: Town, act: str) -> dict[str, Any]:
    """What the trail says last of an act."""
    with town.database.reading() as session:
        return trail(session, town.village_id, [act])[-1].detail


def is_sound(town: Town) -> bool:
    """Whether `check` finds nothing."""
    with town.database.reading() as session:
        return check_village(session, town.village_id) == []


def rate_now(town: Town) -> int:
    with town.database.reading() as session:
        return rate_on(session, town.village_id)


def test_a_rate_holds_when_the_supervisor_agrees(two: Two) -> None:
    """The whole way by pages: who proposed can't confirm, what is typed twice counts once."""
    admin, supervisor = two.admin, two.supervisor
    admin.open("/store/rates")
    typed = {
        "request_id": admin.value("request_id"),
        "fen_per_point": "0.5",
        "valid_from": clock.today().isoformat(),
        "resolution": "村民会议第 3 号决议",
    }
    for _twice in range(2):
        assert admin.send("/store/rates", **typed).status_code == 303
    page = admin.open("/store/rates")
    assert f"已提请复核（第 1 号），等{SUPERVISOR}同意" in page
    assert "同意以前，这里不变" in page
    assert rate_now(two.town) == 100
    admin.send("/store/rates", **{**typed, "request_id": "another-one", "fen_per_point": "9"})
    assert "同样的事已有一件在等复核（第 1 号）" in admin.page

    assert 'action="/proposals/1/confirm"' not in admin.open("/proposals/1")
    own = admin.send("/proposals/1/confirm", request_id=admin.value("request_id"))
    assert own.status_code == 403
    assert "要由另一人复核" in admin.page
    assert "等您复核" not in admin.open("/")
    assert "等您复核" in supervisor.open("/")
    page = supervisor.open("/proposals/1")
    for words in ("1.00 元", "0.50 元", "第 3 号决议", ADMIN):
        assert words in page
    request_id = supervisor.value("request_id")
    for _twice in range(2):
        answer = supervisor.send("/proposals/1/confirm", request_id=request_id)
        assert answer.status_code == 303
    assert "已同意，已办成" in supervisor.open("/proposals/1")
    assert rate_now(two.town) == 50
    line = last_line(two.town, "store.rate")
    assert line == {"fen_per_point": 50, "seconded_by": two.town.actor(Role.SUPERVISOR).user_id}
    late = supervisor.send("/proposals/1/turn-down", request_id="too-late-1", reason="晚了")
    assert late.status_code == 409
    assert "已经办过了" in supervisor.page
    assert is_sound(two.town)


def test_a_newcomer_is_let_in_by_two_and_nobody_reads_the_password(two: Two, app: Flask) -> None:
    admin, supervisor = two.admin, two.supervisor
    admin.open("/users/new")
    typed = {"name": "吴志强", "role": "recorder", "password": FIRST}
    request_id = admin.value("request_id")
    assert admin.send("/users/new", request_id=request_id, **typed).status_code == 303
    assert "吴志强" in admin.open("/users")
    assert "吴志强" not in parts(two.town)
    for person in (admin, supervisor):
        assert "argon2" not in person.open("/proposals/1")
        assert FIRST not in person.page
    content = text("SELECT content FROM proposals")
    with two.town.database.reading() as session:
        kept = json.loads(session.connection().scalar(content) or "")
    assert kept["wanted"]["password_hash"].startswith("$argon2")
    supervisor.agree()
    with two.town.database.reading() as session:
        kept = json.loads(session.connection().scalar(content) or "")
    assert "password_hash" not in kept["wanted"]
    newcomer = Browser(app).sign_in("吴志强", FIRST)
    assert newcomer.client.get("/").location == "/password"
    assert is_sound(two.town)


def test_another_part_another_password_and_letting_in_again_take_two(two: Two, app: Flask) -> None:
    town, admin, supervisor = two.town, two.admin, two.supervisor
    recorder = town.actor(Role.RECORDER)
    page = f"/users/{recorder.user_id}"

    def send(what: str, **form: str) -> str:
        admin.open(page)
        answer = admin.send(f"{page}/{what}", request_id=admin.value("request_id"), **form)
        assert answer.status_code == 303, admin.page
        return admin.open(page)

    assert "岗位 记分员 → 评议员" in send("role", role="reviewer")
    assert parts(town)[recorder.name] == (Role.RECORDER, False)
    supervisor.agree()
    assert parts(town)[recorder.name] == (Role.REVIEWER, False)
    assert "已停用" in send("disabled", disabled="1")  # one person's act: it closes a door
    assert "argon2" not in send("password", password=FIRST)
    supervisor.agree()
    assert "状态 已停用 → 在用" in send("disabled", disabled="0")
    assert parts(town)[recorder.name] == (Role.REVIEWER, True)
    supervisor.agree()
    Browser(app).sign_in(recorder.name, FIRST)
    admin.open(page)
    same = admin.send(f"{page}/role", request_id=admin.value("request_id"), role="reviewer")
    assert same.status_code == 422
    assert "没有要改的" in admin.page
    assert is_sound(town)


def test_a_version_of_the_scheme_is_read_item_by_item_before_it_holds(two: Two) -> None:
    town, today = two.town, clock.today()
    with town.database.reading() as session:
        last = latest_scheme(session, town.village_id)
    assert last is not None
    first, *others = as_new_items(last)
    changed = type(first)(**{**vars(first), "points_min": 4, "points_max": 4, "note": "看得见"})
    wanted = NewScheme("2026 年第三次村民会议通过", today, today, (changed, *others[:-1]))
    asked = ask(town, AdoptScheme(wanted))
    with town.database.reading() as session:
        shown = proposal(session, town.village_id, asked.proposal_id).changes
    assert {one.label for one in shown if one.before} == {"接着哪一版", first.name, others[-1].name}
    page = two.supervisor.open("/proposals/1")
    assert "看得见" in page
    assert "停用" in page
    assert agree(town, asked.proposal_id) == 2
    with town.database.reading() as session:
        now = latest_scheme(session, town.village_id)
    assert now is not None
    assert set(as_new_items(now)) == set(wanted.items)
    assert is_sound(town)


def test_no_is_said_with_a_reason_and_withdrawn_by_its_proposer_alone(two: Two) -> None:
    town, supervisor = two.town, two.supervisor
    asked = ask(town, ChangeRole(STAFF[Role.GRID], "accountant")).proposal_id
    supervisor.open(f"/proposals/{asked}")
    answer = {"request_id": supervisor.value("request_id"), "reason": ""}
    assert supervisor.send(f"/proposals/{asked}/turn-down", **answer).status_code == 422
    taken_back = supervisor.send(f"/proposals/{asked}/withdraw", request_id="withdraw-it")
    assert taken_back.status_code == 403
    assert "只有本人能撤回" in supervisor.page
    answer["reason"] = "何志勇还要跑二组"
    assert supervisor.send(f"/proposals/{asked}/turn-down", **answer).status_code == 303
    assert "何志勇还要跑二组" in two.admin.open(f"/proposals/{asked}")
    again = ask(town, ChangeRole(STAFF[Role.GRID], "accountant"), "-again").proposal_id
    two.admin.open(f"/proposals/{again}")
    form = {"request_id": two.admin.value("request_id")}
    assert two.admin.send(f"/proposals/{again}/withdraw", **form).status_code == 303
    assert parts(town)[STAFF[Role.GRID]] == (Role.GRID, False)
    with pytest.raises(DecidedBefore, match="已撤回"):
        agree(town, again)
    assert is_sound(town)


def test_after_seven_days_nobody_confirms_it(hamlet: Town) -> None:
    asked = ask(hamlet, ChangeRole(STAFF[Role.GRID], "accountant")).proposal_id
    with clock.at(clock.now() + timedelta(days=7)), hamlet.database.reading() as session:
        assert waiting(session, hamlet.village_id) == []
        lapsed = proposal(session, hamlet.village_id, asked)
    assert lapsed.state is ProposalState.LAPSED
    with (
        clock.at(clock.now() + timedelta(days=7)),
        pytest.raises(DecidedBefore, match="7 天没有人复核"),
    ):
        agree(hamlet, asked)
    agree(hamlet, asked, "-in-time")


def test_a_first_password_that_nobody_confirmed_is_not_kept(hamlet: Town) -> None:
    asked = ask(hamlet, AddUser("马玉芬", "grid", "the hash of a password")).proposal_id
    with clock.at(clock.now() + timedelta(days=7)):
        ask(hamlet, ChangeRole(STAFF[Role.GRID], "accountant"))
    with hamlet.database.reading() as session:
        kept = session.connection().scalars(text("SELECT content FROM proposals")).all()
    assert not [content for content in kept if "the hash" in content]
    with pytest.raises(DecidedBefore):  # though the clock went back
        agree(hamlet, asked)


def test_whoever_was_shut_out_meanwhile_does_nothing_more(village: Town) -> None:
    """A request that was on its way when its sender was disabled, or got another part."""
    with village.database.writing() as session:
        founder = Actor(village.village_id, 0, "", Role.ADMIN, "test")
        add_user(session, founder, "马玉芬", Role.SUPERVISOR, PASSWORD, first=False)
    late = village.actor(Role.SUPERVISOR)
    asked = ask(village, ChangeRole(STAFF[Role.GRID], "accountant")).proposal_id
    ask(village, ShutOut(late.name))
    writing = village.database.writing
    with pytest.raises(PartChanged), writing() as session:
        confirm(session, late, "confirm-too-late", asked)
    with pytest.raises(PartChanged), writing() as session:
        turn_down(session, late, "turn-down-too-late", asked, "不同意这样改")
    moved = replace(village.actor(Role.RECORDER), role=Role.ADMIN)
    with pytest.raises(PartChanged), writing() as session:
        propose(session, moved, "propose-too-late", ShutOut("马玉芬"))
    assert is_sound(village)


def test_at_the_confirmation_every_rule_holds_anew(village: Town) -> None:
    """What became wrong meanwhile is refused; the proposal stays open."""
    admin = village.actor(Role.ADMIN)
    tomorrow = clock.now() + timedelta(days=1)
    rate = ask(village, SetRate(50, clock.today(), "村民会议第 3 号")).proposal_id
    with clock.at(tomorrow), pytest.raises(RateInvalid):
        agree(village, rate, "-tomorrow")
    grid = STAFF[Role.GRID]
    moved = ask(village, ChangeRole(grid, "accountant")).proposal_id
    user_id = village.actor(Role.GRID).user_id
    with village.database.writing() as session:
        change_role(session, admin, user_id, Role.SHOPKEEPER)
    with pytest.raises(Overtaken, match="店长 → 会计"):
        agree(village, moved)
    with village.database.writing() as session:
        second = add_user(session, admin, "吴志强", Role.ADMIN, FIRST)
        set_disabled(session, admin, admin.user_id, disabled=True)
    with pytest.raises(ProposerGone):
        agree(village, rate, "-gone")
    with village.database.writing() as session:
        set_disabled(session, admin, admin.user_id, disabled=False)
        change_role(session, admin, admin.user_id, Role.RECORDER)
    with pytest.raises(ProposerGone):
        agree(village, rate, "-moved")
    with village.database.reading() as session:
        assert {one.id for one in waiting(session, village.village_id)} == {rate, moved}
    assert rate_now(village) == 100
    assert second.id


def test_what_its_rules_refuse_is_refused_when_it_is_proposed(village: Town) -> None:
    """And trying it out leaves nothing behind: no event, no number taken, no line."""
    with pytest.raises(RateInvalid):
        ask(village, SetRate(50, clock.today() - timedelta(days=1), "村民会议第 3 号"))
    with pytest.raises(LastAdmin):
        ask(village, ChangeRole(ADMIN, "recorder"))
    with village.database.reading() as session:
        before = head_mark(session, village.village_id)
        lines = trail(session, village.village_id, ["store.rate"])
    asked = ask(village, SetRate(50, clock.today(), "村民会议第 4 号"), "-right")
    with village.database.reading() as session:
        assert head_mark(session, village.village_id) == before
        assert trail(session, village.village_id, ["store.rate"]) == lines
        assert [one.id for one in waiting(session, village.village_id)] == [asked.proposal_id]
    assert is_sound(village)


def test_the_same_waits_once_and_nobody_answers_their_own(hamlet: Town) -> None:
    asked = ask(hamlet, SetRate(50, clock.today(), "村民会议第 3 号")).proposal_id
    with pytest.raises(WaitsAlready):
        ask(hamlet, SetRate(60, clock.today(), "村民会议第 4 号"), "-other")
    with pytest.raises(OwnProposal):
        agree(hamlet, asked, "-own", who=Role.ADMIN)
    with hamlet.database.writing() as session, pytest.raises(OwnProposal):
        turn_down(session, hamlet.actor(Role.ADMIN), "turn-down-own", asked, "不办了")
    with hamlet.database.writing() as session, pytest.raises(NotYourProposal):
        withdraw(session, hamlet.actor(Role.SUPERVISOR), "withdraw-other", asked)
    with hamlet.database.reading() as session:
        assert waiting_for(session, hamlet.actor(Role.ADMIN)) == []
        assert [one.id for one in waiting_for(session, hamlet.actor(Role.SUPERVISOR))] == [asked]


def test_whoever_is_the_only_other_is_not_shut_out_by_one(two: Two) -> None:
    """Else the administrator would from then on act alone in everything."""
    town, admin = two.town, two.admin
    page = f"/users/{town.actor(Role.SUPERVISOR).user_id}"
    admin.open(page)
    form = {"request_id": admin.value("request_id"), "disabled": "1"}
    assert admin.send(f"{page}/disabled", **form).status_code == 303
    assert "已提请复核" in admin.open(page)
    assert parts(town)[SUPERVISOR] == (Role.SUPERVISOR, False)
    assert f"moralbank --as {SUPERVISOR} proposals confirm 1" in admin.open("/proposals/1")
    two.supervisor.agree()
    assert parts(town)[SUPERVISOR] == (Role.SUPERVISOR, True)
    # From here on there is nobody else, and what is done alone says so.
    asked = ask(town, SetRate(50, clock.today(), "村民会议第 3 号"))
    assert asked.done
    assert last_line(town, "store.rate") == {"alone": True, "fen_per_point": 50}
    assert is_sound(town)
    assert ask(town, ShutOut(STAFF[Role.GRID])).done
    assert "alone" not in last_line(town, "access.disable")
    assert is_sound(town)


def test_by_command(village: Town, terminal: Terminal) -> None:
    add = ("users", "add", "吴志强", "--role", "recorder", "--password-stdin")
    said = terminal.run(*add, who=ADMIN, stdin=f"{FIRST}\n")
    assert f"moralbank --as {SUPERVISOR} proposals confirm 1" in said
    day = clock.today().isoformat()
    rate = ("store", "rate", "--from", day, "--resolution", "村民会议第 3 号", "--fen", "50")
    assert "已提请复核（第 2 号）" in terminal.run(*rate, who=ADMIN)
    listed = json.loads(terminal.run("proposals", "list", "--json", who=SUPERVISOR))
    assert [(one["id"], one["state"]) for one in listed] == [(2, "open"), (1, "open")]
    assert "0.50 元" in terminal.run("proposals", "show", "2", who=SUPERVISOR)
    assert "要由另一人复核" in terminal.run("proposals", "confirm", "2", who=ADMIN, expect=1)
    recorder = STAFF[Role.RECORDER]
    assert "管理员" in terminal.run("proposals", "confirm", "2", who=recorder, expect=1)
    assert "已同意" in terminal.run("proposals", "confirm", "2", who=SUPERVISOR)
    no = ("proposals", "turn-down", "1", "--reason", "没有这个人")
    assert "已退回" in terminal.run(*no, who=SUPERVISOR)
    assert "没有第 3 号" in terminal.run("proposals", "withdraw", "3", who=ADMIN, expect=1)
    assert "没有这个人" in terminal.run("proposals", "show", "1", who=ADMIN)
    assert rate_now(village) == 50
    assert "吴志强" not in parts(village)
    assert "账目无误" in terminal.run("check")


def test_a_village_is_founded_by_one_until_there_are_two(
    empty: Database,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    bank = Terminal(empty, tmp_path, monkeypatch, capsys)
    opening = ("--village-code", "150404103201", "--village-name", "羊圈湾村", "--admin", ADMIN)
    bank.run("init", *opening, "--password-stdin", stdin=f"{PASSWORD}\n")
    add = ("users", "add", "--password-stdin", "--role")
    for role in (Role.RECORDER, Role.SUPERVISOR):
        said = bank.run(*add, role.value, STAFF[role], who=ADMIN, stdin=f"{FIRST}\n")
        assert "已添加" in said
    said = bank.run(*add, "grid", STAFF[Role.GRID], who=ADMIN, stdin=f"{FIRST}\n")
    assert f"等{SUPERVISOR}同意" in said
    with empty.reading() as session:
        lines = trail(session, VILLAGE_ID, [kind.trail for kind in ACTS.values()])
    assert [line.detail["alone"] for line in lines] == [True] * 5
    assert is_sound(Town(empty, VILLAGE_ID))


def test_a_neighbours_proposal_is_not_found(two: Two, app: Flask) -> None:
    found_village(two.town.database, 150404103202, "河沿村")
    asked = ask(two.town, SetRate(50, clock.today(), "村民会议第 3 号")).proposal_id
    stranger = Browser(app).sign_in(f"{SUPERVISOR}202")
    assert "第 3 号" not in stranger.open("/proposals")
    stranger.open(f"/proposals/{asked}", expect=404)
    stranger.open("/proposals")
    for what in ("confirm", "turn-down", "withdraw"):
        form = {"request_id": f"stranger-{what}", "reason": "不是我们村的"}
        assert stranger.send(f"/proposals/{asked}/{what}", **form).status_code == 404
    assert rate_now(two.town) == 100


def test_two_who_answer_at_once_do_it_once(village: Town) -> None:
    """A second administrator and the supervisor, on two threads."""
    admin = village.actor(Role.ADMIN)
    with village.database.writing() as session:
        second = add_user(session, admin, "吴志强", Role.ADMIN, FIRST)
        others = [village.actor(Role.SUPERVISOR), actor_of(second, "test")]
    asked = ask(village, SetRate(50, clock.today(), "村民会议第 3 号")).proposal_id

    def answer(who: Actor) -> str:
        try:
            with village.database.writing() as session:
                confirm(session, who, f"confirm-{who.user_id}-at-once", asked)
        except DecidedBefore:
            return "late"
        return "done"

    with ThreadPoolExecutor(2) as both:
        assert sorted(both.map(answer, others)) == ["done", "late"]
    with village.database.reading() as session:
        assert len(rate_history(session, village.village_id)) == 2
    assert is_sound(village)
