"""A roster comes in by the page, twice, with every mishap on the way."""

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from moralbank import clock
from moralbank.access.permissions import VILLAGE_ROLES, Role
from moralbank.access.service import add_user
from moralbank.households.service import NewHousehold, add_household
from moralbank.households.workbook import read_table
from moralbank.ledger.check import check_ledger
from moralbank.tables.files import MAX_BYTES
from tests.conftest import on_one_engine
from tests.households.imported import KNOWN, NEW, Books, books
from tests.households.rosters import (
    HEADINGS,
    ROWS,
    household,
    roster,
    village_roster,
    village_rows,
    workbook,
)
from tests.village import PASSWORD, STAFF, Browser, Town

Browse = Callable[[Role], Browser]


def uploaded(browser: Browser, content: bytes, filename: str = "花名册.xlsx") -> str:
    """Upload a roster and open its preview; gives back the preview's address."""
    browser.open("/households/import")
    answer = browser.upload("/households/import", "roster", filename, content)
    assert answer.status_code == 303, browser.page
    browser.open(answer.location)
    return str(answer.location)


def refused(browser: Browser, content: bytes) -> int:
    """Upload what is to be refused; gives back the status."""
    browser.open("/households/import")
    answer = browser.upload("/households/import", "roster", "花名册.xlsx", content)
    # The test client spools large bodies to a file that nobody else closes.
    answer.request.environ["wsgi.input"].close()
    return int(answer.status_code)


def confirmed(browser: Browser, preview: str, **ticked: Any) -> str:
    answer = browser.send(preview, **ticked)
    assert answer.status_code == 303, browser.page
    return browser.open(answer.location)


def kept(app: Flask) -> list[Path]:
    """What lies on the shelf of uploads."""
    return list((app.config["INSTANCE"] / "uploads" / "rosters").glob("*"))


def figures(page: str) -> list[int]:
    """The figures of a page's stat blocks, in order."""
    return [int(part.split("<", 1)[0]) for part in page.split('class="stat__value">')[1:]]


def test_a_village_is_imported_by_page_and_a_second_time_changes_nothing(
    village: Town, app: Flask, browse: Browse
) -> None:
    admin, before = browse(Role.ADMIN), books(village)
    preview = uploaded(admin, village_roster())
    assert figures(admin.page) == [NEW, KNOWN, 0, 0]
    assert books(village) == before
    assert figures(confirmed(admin, preview)) == [NEW, KNOWN, 0, 0]
    after = books(village)
    assert after == Books(before.events + 1, before.accounts + 2 * NEW, before.households + NEW)
    assert village.household("一组-012").telephone == str(17600000000 + 11 * 7919 if 11 % 3 else "")
    assert village.household("六组-042").head == "王䶮"
    assert kept(app) == []

    preview = uploaded(admin, village_roster())
    assert figures(admin.page) == [0, 0, ROWS, 0]
    assert "确认导入" not in admin.page
    assert figures(confirmed(admin, preview)) == [0, 0, ROWS, 0]
    assert books(village) == after
    with village.database.reading() as session:
        assert check_ledger(session, village.village_id) == []


def test_a_changed_head_is_shown_and_taken_over(village: Town, browse: Browse) -> None:
    admin, before = browse(Role.ADMIN), books(village)
    preview = uploaded(admin, roster(household("一组", 12, "杜德海", people="")))
    assert "户主姓名由“杜仁森”改为“杜德海”" in admin.page
    confirmed(admin, preview)
    assert village.household("一组-012").head == "杜德海"
    assert books(village) == before
    assert "杜德海" in admin.open("/households", q="ddh")
    assert "杜德海" not in admin.open("/households", q="drs")


@on_one_engine
def test_a_name_that_no_font_can_write_is_pointed_out(village: Town, browse: Browse) -> None:
    admin = browse(Role.ADMIN)
    uploaded(admin, roster(household("三组", 7, "王䶮"), household("三组", 8, "𫖯㛃·龘")))
    assert "字体里没有" not in admin.page, "rare, but some font has each of them"
    preview = uploaded(admin, roster(household("三组", 9, "杜\U0003fffd")))
    assert "姓名里的“\U0003fffd”字体里没有，纸上会印成□和拼音" in admin.page
    confirmed(admin, preview)
    assert village.household("三组-009").head == "杜\U0003fffd"


def test_two_heads_for_one_number_are_refused_unless_skipped(
    village: Town, app: Flask, browse: Browse
) -> None:
    admin, before = browse(Role.ADMIN), books(village)
    rows = (household("三组", 7, "白玉兰"), household("三组", "007", "包长青"))
    preview = uploaded(admin, roster(*rows, household("三组", 8, "曹文")))
    assert figures(admin.page) == [1, 0, 0, 2]
    assert "户号与第 5 行相同，那里的户主是包长青" in admin.page
    assert "户号与第 4 行相同，那里的户主是白玉兰" in admin.page
    assert admin.open(preview, fate="error").count('scope="row"') == 2
    answer = admin.send(preview)
    assert answer.status_code == 409
    assert "有 2 行有错，这次没有导入任何内容" in admin.page
    assert books(village) == before
    assert len(kept(app)) == 1
    assert figures(confirmed(admin, preview, skip_errors="1")) == [1, 0, 0, 2]
    assert village.household("三组-008").head == "曹文"
    assert books(village).households == before.households + 1


def test_confirming_judges_anew(village: Town, browse: Browse) -> None:
    """Between preview and confirm somebody adds the same household by hand."""
    admin = browse(Role.ADMIN)
    preview = uploaded(admin, roster(household("三组", 8, "曹文", telephone=17600000001.0)))
    assert figures(admin.page) == [1, 0, 0, 0]
    with village.database.writing() as session:
        add_household(session, village.actor(Role.ADMIN), NewHousehold("三组", "8", "曹文"))
    before = books(village)
    assert figures(confirmed(admin, preview)) == [0, 1, 0, 0]
    assert books(village) == before
    assert village.household("三组-008").telephone == "17600000001"
    assert admin.send(preview).status_code == 404


@on_one_engine
@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "表格里没有内容"),
        (b"\x89PNG\r\n\x1a\n0000", "这个文件是图片，不是表格"),
        (b"PK\x03\x04broken", "表格打不开，可能已损坏"),
        (b"1,2\n" * (MAX_BYTES // 4 + 1), "文件太大，最多 5 MB"),
    ],
)
def test_what_is_no_roster_is_refused_and_not_kept(
    app: Flask, browse: Browse, content: bytes, words: str
) -> None:
    admin = browse(Role.ADMIN)
    assert refused(admin, content) == 422
    assert words in admin.page
    assert kept(app) == []


def test_an_upload_above_the_servers_limit_is_refused(app: Flask, browse: Browse) -> None:
    admin = browse(Role.ADMIN)
    assert refused(admin, b"0" * (app.config["MAX_CONTENT_LENGTH"] + 1)) == 413
    assert "表格最大 5 MB" in admin.page  # the limit that the form names
    assert "8 MB" not in admin.page
    assert "回到首页" in admin.page


def test_text_without_end_is_not_called_a_file(browse: Browse) -> None:
    admin = browse(Role.ADMIN)
    admin.open("/households/new")
    assert admin.send("/households/new", head="杜" * 800_000).status_code == 413
    assert "文字也不能太长" in admin.page


def test_no_file_chosen_is_said(browse: Browse) -> None:
    admin = browse(Role.ADMIN)
    admin.open("/households/import")
    assert admin.send("/households/import").status_code == 422
    assert "请先选一个文件" in admin.page


def test_unknown_headings_are_mapped_by_hand(village: Town, browse: Browse) -> None:
    admin = browse(Role.ADMIN)
    content = workbook([("片区", "号", "当家人", "号码"), ("三组", 9, "敖巴图", 17600000002.0)])
    preview = uploaded(admin, content)
    assert "表头缺少：小组、户号、户主姓名" in admin.page
    assert "C 列" in admin.page
    columns = f"{preview}/columns"
    answer = admin.send(columns, group="0", number="0", head="2")
    assert answer.status_code == 422
    assert "“户号”选的列不对" in admin.page
    answer = admin.send(columns, group="0", number="1", head="2", telephone="3", note="")
    assert answer.status_code == 303
    admin.open(answer.location)
    assert figures(admin.page) == [1, 0, 0, 0]
    confirmed(admin, preview)
    added = village.household("三组-009")
    assert (added.head, added.telephone) == ("敖巴图", "17600000002")


def test_a_column_can_be_left_unread(village: Town, browse: Browse) -> None:
    admin = browse(Role.ADMIN)
    preview = uploaded(admin, roster(household("三组", 9, "敖巴图", note="欠款未还")))
    chosen = {"group": "1", "number": "2", "head": "3", "address": "6", "note": ""}
    assert admin.send(f"{preview}/columns", **chosen).status_code == 303
    confirmed(admin, preview)
    added = village.household("三组-009")
    assert (added.address, added.note) == ("三组东头", "")


def test_identity_numbers_are_said_to_be_left_out(browse: Browse) -> None:
    admin = browse(Role.ADMIN)
    row = (*household("三组", 9, "敖巴图"), "150404198001011234")
    preview = uploaded(admin, roster(row, headings=(*HEADINGS, "身份证号码")))
    assert "身份证号不会被导入" in admin.page
    assert "150404198001011234" not in admin.page
    marked = admin.client.get(f"{preview}/marked.xlsx")
    assert b"150404198001011234" not in marked.data
    cells = [cell for line in read_table(marked.data, "a.xlsx").rows for cell in line]
    assert "150404198001011234" not in cells
    assert "敖巴图" in cells
    confirmed(admin, preview)


def test_the_empty_template_is_a_roster(browse: Browse) -> None:
    answer = browse(Role.ADMIN).client.get("/households/import/template.xlsx")
    assert answer.status_code == 200
    assert "户主姓名" in read_table(answer.data, "模板.xlsx").rows[0]


def test_a_household_missing_from_the_roster_is_left_alone(village: Town, browse: Browse) -> None:
    admin, before = browse(Role.ADMIN), village.household("六组-042")
    confirmed(admin, uploaded(admin, roster(household("三组", 9, "敖巴图"))))
    assert village.household("六组-042") == before


def test_an_upload_is_its_users_own_and_lasts_a_day(
    village: Town, app: Flask, browse: Browse
) -> None:
    admin = browse(Role.ADMIN)
    preview = uploaded(admin, village_roster())
    with village.database.writing() as session:
        add_user(session, village.actor(Role.ADMIN), "韩梅", Role.ADMIN, PASSWORD, first=False)
    other = Browser(app).sign_in("韩梅")
    other.open(preview, expect=404)
    other.open("/households")
    assert other.send(preview).status_code == 404
    other.open("/households/import/" + "0" * 32, expect=404)
    other.open("/households/import/..%2F..%2Fsecret.key", expect=404)
    with clock.at(clock.now() + timedelta(days=1, minutes=1)):
        admin.open(preview, expect=404)
        assert len(kept(app)) == 1
        uploaded(admin, village_roster())
        assert len(kept(app)) == 1


def test_an_upload_can_be_dropped(village: Town, app: Flask, browse: Browse) -> None:
    admin, before = browse(Role.ADMIN), books(village)
    preview = uploaded(admin, village_roster())
    assert admin.send(f"{preview}/drop").status_code == 303
    assert kept(app) == []
    admin.open(preview, expect=404)
    assert books(village) == before


def test_two_imports_are_listed_newest_first(browse: Browse) -> None:
    admin = browse(Role.ADMIN)
    assert "还没有导入过" in admin.open("/households/imported")
    confirmed(admin, uploaded(admin, village_roster(), "春天.xlsx"))
    page = confirmed(admin, uploaded(admin, village_roster(), "秋天.xlsx"))
    assert page.index("秋天.xlsx") < page.index("春天.xlsx")
    assert STAFF[Role.ADMIN] in page


def test_the_preview_is_paged_and_narrowed(browse: Browse) -> None:
    admin = browse(Role.ADMIN)
    preview = uploaded(admin, village_roster())
    assert admin.page.count('scope="row"') == 20
    assert "第 1 页，共 13 页" in admin.page
    assert admin.open(preview, page="13").count('scope="row"') == ROWS - 240
    assert admin.open(preview, fate="changed").count('scope="row"') == KNOWN
    assert admin.open(preview, fate="无").count('scope="row"') == 20


@on_one_engine
@pytest.mark.parametrize("role", [role for role in VILLAGE_ROLES if role != Role.ADMIN])
def test_only_the_administrator_imports(browse: Browse, role: Role) -> None:
    person = browse(role)
    person.open("/households/import", expect=403)
    person.open("/")
    sent = {"roster": (BytesIO(village_roster()), "花名册.xlsx")}
    assert person.send("/households/import", **sent).status_code == 403


def test_cells_that_look_like_formulas_stay_text(village: Town, browse: Browse) -> None:
    admin = browse(Role.ADMIN)
    content = '小组,户号,户主,备注\n三组,9,敖巴图,"=HYPERLINK(""http://a.cn"")"\n'.encode()
    confirmed(admin, uploaded(admin, content, "花名册.csv"))
    assert village.household("三组-009").note == '=HYPERLINK("http://a.cn")'
    answer = admin.client.get("/households.xlsx", query_string={"q": "三组"})
    rows = read_table(answer.data, "名单.xlsx").rows
    assert '=HYPERLINK("http://a.cn")' in rows[1]


def test_the_rows_of_the_test_roster_are_a_villages() -> None:
    rows = village_rows()
    assert len(rows) == len({(row[1], row[2]) for row in rows}) == ROWS
    assert len({row[1] for row in rows}) == 6
