"""A board changed on a laptop: how it would stand is drawn anew while one types."""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from moralbank.access.permissions import Role
from moralbank.boards.definitions import board_called
from tests.boards.deeds import do, give
from tests.village import Town


def test_the_preview_follows_what_is_typed(
    hamlet: Town, office: Any, person: Callable[..., Page]
) -> None:
    do(hamlet, "一组-012", "出义务工", 2)
    do(hamlet, "六组-042", "出义务工")
    give(hamlet, "乡贤杜凤山", "1500")
    page = office.sign_in(person(), Role.ADMIN)
    page.goto(f"{office.address}/boards/shanju/edit")
    standing = page.locator("[data-standing]")
    expect(standing).to_contain_text("王䶮")
    expect(page.get_by_role("button", name="预览")).to_be_hidden()
    page.get_by_label("榜名").fill("义工榜")
    page.get_by_label("取前几名").fill("1")
    expect(standing).to_contain_text("义工榜")
    expect(standing).not_to_contain_text("王䶮")
    page.get_by_label("取前几名").fill("0")
    expect(standing).to_contain_text("有几处还没填对")
    page.get_by_label("取前几名").fill("5")
    page.get_by_text("捐给积分基金的钱").click()
    expect(standing).to_contain_text("乡贤杜凤山")
    expect(standing).to_contain_text("1,500元")
    expect(page.get_by_role("group", name="算哪些积分")).to_be_hidden()
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("heading", name="义工榜")).to_be_visible()
    with hamlet.database.reading() as session:
        assert board_called(session, hamlet.village_id, "shanju").top == 5
