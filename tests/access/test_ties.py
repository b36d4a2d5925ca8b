"""Who looks after which groups, and who may not judge which household."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from moralbank import clock
from moralbank.access.models import TieKind
from moralbank.access.permissions import NotYourPart, Role
from moralbank.access.queries import (
    barred_households,
    groups_by_user,
    groups_looked_after,
    ties,
    users_of,
)
from moralbank.access.service import TieKnown, declare_tie, end_tie, set_disabled
from moralbank.errors import NotFound
from moralbank.villages.queries import groups_of
from moralbank.villages.service import OpenVillage, open_village
from tests.terminal import Terminal
from tests.village import PASSWORD, STAFF, Browser, Town

Browse = Callable[[Role], Browser]
ADMIN, GRID, REVIEWER = (STAFF[role] for role in (Role.ADMIN, Role.GRID, Role.REVIEWER))
NEIGHBOUR = 150404103202


def barred(town: Town, role: Role) -> dict[str, str]:
    """The households barred for the person of a role now: label → how they are close."""
    person = town.actor(role)
    with town.database.reading() as session:
        close = barred_households(session, town.village_id, person.user_id)
    labels = {town.household(label).id: label for label in ("一组-012", "二组-014", "六组-042")}
    return {labels[number]: tie.how for number, tie in close.items()}


def looked_after(town: Town) -> list[str]:
    with town.database.reading() as session:
        return groups_by_user(session, town.village_id).get(town.actor(Role.GRID).user_id, [])


def test_a_new_grid_worker_is_given_groups(village: Town, browse: Browse) -> None:
    admin, supervisor = village.actor(Role.ADMIN), village.actor(Role.SUPERVISOR).user_id
    with village.database.writing() as session:  # while the village is founded by one person
        set_disabled(session, admin, supervisor, disabled=True)
    admin = browse(Role.ADMIN)
    admin.open("/users/new")
    new = {"name": "吴志强", "role": "grid", "password": PASSWORD}
    answer = admin.send("/users/new", request_id=admin.value("request_id"), **new)
    assert "#groups" in answer.location
    with village.database.reading() as session:
        user = next(one for one in users_of(session, village.village_id) if one.name == "吴志强")
        groups = groups_of(session, village.village_id)
    page = admin.open(f"/users/{user.id}")
    assert "网格员还要选负责哪几个小组" in page
    assert "还没选小组" in admin.open("/users")
    send_to = f"/users/{user.id}/groups"
    assert admin.send(send_to, groups=[groups[0].id, groups[2].id]).status_code == 303
    assert "一组、六组" in admin.open("/users")
    assert admin.send(send_to, groups=[groups[1].id]).status_code == 303
    with village.database.reading() as session:
        assert groups_looked_after(session, village.village_id, user.id) == {groups[1].id}
    assert admin.send(send_to, groups=[4711]).status_code == 404
    recorder = village.actor(Role.RECORDER).user_id
    admin.open(f"/users/{recorder}")
    assert admin.send(f"/users/{recorder}/groups", groups=[groups[0].id]).status_code == 409
    assert "只有网格员才负责小组" in admin.page


def test_a_reviewer_declares_kin_and_the_administrator_ends_it(
    village: Town, browse: Browse
) -> None:
    reviewer = browse(Role.REVIEWER)
    assert "我的回避户" in reviewer.open("/password")
    declared = reviewer.send("/password/ties", household="杜仁森", kind="kin", words="女儿家")
    assert declared.status_code == 303
    assert barred(village, Role.REVIEWER) == {"一组-012": "女儿家"}
    page = reviewer.open("/password")
    assert "女儿家" in page
    assert "/end" not in page  # only the administrator ends ties
    again = reviewer.send("/password/ties", household="一组-012", kind="own", words="")
    assert again.status_code == 409
    assert "已经在“赵德顺”的回避户里了" in reviewer.page
    user_id = village.actor(Role.REVIEWER).user_id
    assert reviewer.send(f"/users/{user_id}/ties/1/end").status_code == 403
    admin = browse(Role.ADMIN)
    admin.open(f"/users/{user_id}")
    assert admin.send(f"/users/{user_id}/ties/1/end").status_code == 303
    assert barred(village, Role.REVIEWER) == {}
    assert "已解除" in admin.open(f"/users/{user_id}")
    assert admin.send(f"/users/{user_id}/ties/1/end").status_code == 409
    with village.database.reading() as session:
        (tie,) = ties(session, village.village_id)
    assert tie.ended_at is not None
    assert tie.ended_at - tie.since < timedelta(minutes=1)


def test_a_wrong_tie_is_refused_and_what_was_typed_stays(village: Town, browse: Browse) -> None:
    reviewer = browse(Role.REVIEWER)
    reviewer.open("/password")
    for typed, words in (
        ({"household": "无此人"}, "本村没有“无此人”这一户"),
        ({"words": ""}, "请写明是什么亲"),
        ({"words": "很远很远很远很远的亲戚家呀"}, "太长"),
        ({"household": ""}, "请填写这一项"),
        ({"kind": "friend"}, "请从列出的里面选一项"),
    ):
        form = {"household": "杜仁森", "kind": "kin", "words": "弟弟家"} | typed
        assert reviewer.send("/password/ties", **form).status_code in {404, 422}
        assert words in reviewer.page
        assert reviewer.value("household") == form["household"]
        assert reviewer.value("words") == form["words"]
    assert barred(village, Role.REVIEWER) == {}


def test_of_several_households_that_fit_one_is_chosen(village: Town, browse: Browse) -> None:
    """“二组” fits two: both are offered, and what was ticked counts for what was typed alone."""
    admin, user_id = browse(Role.ADMIN), village.actor(Role.SUPERVISOR).user_id
    admin.open(f"/users/{user_id}")
    form = {"household": "二组", "kind": "own", "words": ""}
    assert admin.send(f"/users/{user_id}/ties", **form).status_code == 422
    assert "像的不止一户" in admin.page
    assert "司马玉珍" in admin.page
    assert admin.value("offered") == "二组"
    chosen = form | {"offered": "二组", "household_id": str(village.household("二组-014").id)}
    other = chosen | {"household": "六组"}
    assert admin.send(f"/users/{user_id}/ties", **other).status_code == 422
    assert barred(village, Role.SUPERVISOR) == {}
    assert admin.send(f"/users/{user_id}/ties", **chosen).status_code == 303
    assert barred(village, Role.SUPERVISOR) == {"二组-014": "本户"}


def test_nobody_declares_for_others_nor_in_other_villages(village: Town) -> None:
    with village.database.writing() as session:
        open_village(session, OpenVillage(str(NEIGHBOUR), "小河沿村"))
    stranger = replace(village.actor(Role.ADMIN), village_id=NEIGHBOUR)
    reviewer, recorder = village.actor(Role.REVIEWER), village.actor(Role.RECORDER)
    du = village.household("一组-012").id
    with village.database.writing() as session:
        tie = declare_tie(session, reviewer, reviewer.user_id, du, TieKind.KIN, "女儿家")
        with pytest.raises(TieKnown):
            declare_tie(session, reviewer, reviewer.user_id, du, TieKind.OWN, "")
        with pytest.raises(NotYourPart):
            declare_tie(session, recorder, reviewer.user_id, du, TieKind.KIN, "姑姑家")
        with pytest.raises(NotYourPart):
            end_tie(session, reviewer, tie)
        with pytest.raises(NotFound):
            end_tie(session, stranger, tie)
        with pytest.raises(NotFound):
            declare_tie(session, stranger, stranger.user_id, du + 7, TieKind.OWN, "")
    with clock.at(clock.now() + timedelta(days=1)), village.database.writing() as session:
        end_tie(session, village.actor(Role.ADMIN), tie)
        again = declare_tie(session, reviewer, reviewer.user_id, du, TieKind.KIN, "女儿家")
    assert again != tie


def test_groups_and_ties_by_command(village: Town, terminal: Terminal) -> None:
    said = terminal.run("users", "groups", GRID, "二组", "一组", who=ADMIN)
    assert "二组、一组" in said
    assert looked_after(village) == ["一组", "二组"]
    assert "本村有：一组" in terminal.run("users", "groups", GRID, "九组", who=ADMIN, expect=1)
    terminal.run("users", "groups", GRID, who=ADMIN)
    assert looked_after(village) == []
    tie = ("users", "tie", REVIEWER, "一组-012", "--kind", "kin", "--words", "女儿家")
    assert "已登记回避：杜仁森" in terminal.run(*tie, who=REVIEWER)
    assert "回避户里了" in terminal.run(*tie, who=ADMIN, expect=1)
    other = ("users", "tie", GRID, "六组-042", "--kind", "own")
    assert "请由管理员来办" in terminal.run(*other, who=REVIEWER, expect=1)
    terminal.run(*other, who=ADMIN)
    assert barred(village, Role.GRID) == {"六组-042": "本户"}
    untie = ("users", "untie", REVIEWER, "一组-012")
    assert "记录还留着" in terminal.run(*untie, who=ADMIN)
    assert "没有这条回避关系" in terminal.run(*untie, who=ADMIN, expect=1)
    assert "女儿家" in terminal.run("users", "ties", REVIEWER, who=ADMIN)
