"""What a village sets for itself."""

import json
from collections.abc import Callable

import pytest

from moralbank.access.permissions import Role
from moralbank.villages.queries import settings_of, village_info
from tests.conftest import on_one_engine
from tests.terminal import Terminal
from tests.village import STAFF, Browser, Town

ADMIN = STAFF[Role.ADMIN]
ADDRESS = "https://bank.example.cn"

Browse = Callable[[Role], Browser]


def kept(village: Town) -> dict[str, str]:
    """Everything as it is set now."""
    with village.database.reading() as session:
        return settings_of(session, village.village_id)


def test_settings_are_kept_and_shown(village: Town, browse: Browse) -> None:
    admin = browse(Role.ADMIN)
    assert "善行存进来 · 好处兑出去" in admin.open("/settings")
    answer = admin.send(
        "/settings",
        public_address=f" {ADDRESS}/ ",
        town="青石梁镇",
        organisation="",
        contact="村务监督委员会 0476-0000000",
        slogan="积德行善",
    )
    assert answer.status_code == 303
    page = admin.open("/settings")
    assert "设置已保存" in page
    assert f'value="{ADDRESS}"' in page
    assert kept(village)["slogan"] == "积德行善"
    with village.database.reading() as session:
        info = village_info(session, village.village_id)
    assert (info.town, info.organisation) == ("青石梁镇", "羊圈湾村村民委员会")


@on_one_engine
@pytest.mark.parametrize(
    "address",
    ["bank.example.cn", "ftp://bank.example.cn", "https://bank.example.cn/c/", "https://a b", "x"],
)
def test_a_wrong_address_keeps_nothing_but_what_was_typed(
    village: Town, browse: Browse, address: str
) -> None:
    admin, before = browse(Role.ADMIN), kept(village)
    admin.open("/settings")
    assert admin.send("/settings", public_address=address, town="新镇").status_code == 422
    assert "公开网址不对" in admin.page
    assert f'value="{address}"' in admin.page
    assert 'value="新镇"' in admin.page
    assert kept(village) == before


def test_what_is_too_long_is_refused(village: Town, browse: Browse) -> None:
    admin = browse(Role.ADMIN)
    admin.open("/settings")
    assert admin.send("/settings", slogan="善" * 61).status_code == 422
    assert "最多 60 个字" in admin.page
    assert kept(village)["slogan"] != "善" * 61


def test_markup_in_a_setting_is_shown_as_text(browse: Browse) -> None:
    admin = browse(Role.ADMIN)
    admin.open("/settings")
    admin.send("/settings", town="<script>alert(1)</script>")
    assert "<script>alert(1)" not in admin.open("/settings")


def test_settings_are_the_administrators(browse: Browse) -> None:
    browse(Role.RECORDER).open("/settings", expect=403)


def test_a_change_is_written_down_with_what_was_before(village: Town, browse: Browse) -> None:
    admin = browse(Role.ADMIN)
    admin.open("/settings")
    admin.send("/settings", town="青石梁镇")
    with village.database.engine.connect() as connection:
        rows = connection.exec_driver_sql(
            "SELECT subject, detail FROM audit_entries WHERE act = 'villages.setting'"
        ).all()
    changes = {row.subject: json.loads(row.detail) for row in rows}
    assert changes["town"].items() >= {"before": "", "after": "青石梁镇"}.items()


def test_settings_by_command(village: Town, terminal: Terminal) -> None:
    said = terminal.run("settings", "set", "public_address", ADDRESS, who=ADMIN)
    assert ADDRESS in said
    rows = json.loads(terminal.run("settings", "show", "--json", who=ADMIN))
    assert {"key": "public_address", "value": ADDRESS} in rows
    assert "公开网址" in terminal.run("settings", "show", who=ADMIN)
    assert kept(village)["public_address"] == ADDRESS


@on_one_engine
@pytest.mark.parametrize(
    ("key", "value", "who", "words"),
    [
        ("public_address", "bank.example.cn", ADMIN, "公开网址不对"),
        ("slogan", "善" * 61, ADMIN, "最多 60 个字"),
        ("colour", "red", ADMIN, "可用的有"),
        ("town", "新镇", STAFF[Role.RECORDER], "请由管理员来办"),
    ],
)
def test_a_wrong_setting_by_command_is_refused(
    village: Town, terminal: Terminal, key: str, value: str, who: str, words: str
) -> None:
    before = kept(village)
    assert words in terminal.run("settings", "set", key, value, who=who, expect=1)
    assert kept(village) == before
