"""Settlements at the pages and at the command line, by the people whose part it is."""

import io
import json
import re
from collections.abc import Callable
from pathlib import Path

import pypdfium2
import pytest
from flask import Flask
from python_calamine import CalamineWorkbook
from sqlalchemy import event

from moralbank.access.permissions import Role
from moralbank.clock import today
from tests.conftest import make_app
from tests.counter.till import DU, WANG
from tests.settlements.desk import SECOND_KEEPER, Desk, on_day
from tests.terminal import Terminal
from tests.village import STAFF, Browser, Town

Browse = Callable[[Role], Browser]


@pytest.fixture
def people(small_desk: Desk, tmp_path: Path) -> Browse:
    """Somebody of a role at the pages of the small desk's village."""
    app: Flask = make_app(small_desk.town, tmp_path)
    return lambda role: Browser(app).sign_in(STAFF[role])


def test_the_pages_from_draft_to_payment(small_desk: Desk, people: Browse) -> None:
    desk = small_desk
    desk.contract()
    with on_day(1):
        sold = desk.redeem(DU, OIL_5L=1, SALT_400G=2)
        desk.redeem(WANG, RICE_5KG=1)
        back = desk.refund(sold.id, 2)
        desk.income(100_000)
        day = today().isoformat()
        accountant, keeper, supervisor = map(
            people, (Role.ACCOUNTANT, Role.SHOPKEEPER, Role.SUPERVISOR)
        )
        accountant.open("/settlements")
        assert "便民商店" in accountant.page
        preview = accountant.open("/settlements/new", shop="1", last=day)
        assert f"还没有日结：{day}" in preview
        assert accountant.value("last") == day
        wrong = accountant.send("/settlements/new", shop="1", last="明天", request_id="x" * 12)
        assert wrong.status_code == 422
        accountant.open("/settlements/new")
        sent = {"shop": "1", "last": day, "request_id": accountant.value("request_id")}
        for _twice in range(2):
            answer = accountant.send("/settlements/new", **sent)
            assert answer.headers["Location"] == "/settlements/1"
        accountant.open("/settlements/new")
        again = accountant.send("/settlements/new", shop="1", last=day, request_id="new-id-0001")
        assert again.status_code == 409
        assert "先办完它" in accountant.page

        page = keeper.open("/settlements/1")
        assert "大豆油" in page
        assert f"TH{day.replace('-', '')}-{back:04d}" in page
        assert "付款入账" not in page
        assert "结算单等您确认" in keeper.open("/settlements")
        assert keeper.send("/settlements/1/sign").status_code == 303
        assert keeper.send("/settlements/1/sign").status_code == 409
        assert "待监督员核对" in keeper.page
        assert keeper.send("/settlements/1/check").status_code == 403

        supervisor.open("/settlements/1")
        assert supervisor.send("/settlements/1/drop", reason="").status_code == 422
        assert supervisor.send("/settlements/1/check").status_code == 303

        accountant.open("/settlements/1")
        due = accountant.value("amount")
        given = {"day": day, "number": "记-118", "request_id": accountant.value("request_id")}
        for amount, status in (("12.345", 422), ("", 422), ("0.01", 422), ("99999", 422)):
            refused = accountant.send("/settlements/1/pay", amount=amount, **given)
            assert refused.status_code == status, amount
            assert "记-118" in accountant.page
        refused = accountant.send("/settlements/1/pay", amount="9000", reason="x", **given)
        assert refused.status_code == 409
        assert "基金的钱不够" in accountant.page
        given["request_id"] = accountant.value("request_id")
        assert accountant.send("/settlements/1/pay", amount=due, **given).status_code == 303
        assert "已付款" in accountant.open("/settlements/1")
        assert "记-118" in accountant.open("/fund")
    assert desk.problems() == []


def test_paper_excel_and_list(small_desk: Desk, people: Browse) -> None:
    desk = small_desk
    with on_day(1):
        sold = desk.redeem(DU, OIL_5L=1, SALT_400G=2)
        desk.redeem(WANG, SALT_400G=1)
        desk.refund(sold.id, 2)
        number = desk.draft()
        label, salt = desk.settlement(number).label, desk.product("SALT-400G").price_fen
        clerk = people(Role.ADMIN)
        assert "村办超市" in clerk.open("/settlements")
        assert "没有这样的结算单" in clerk.open("/settlements", state="paid")
        assert label in clerk.open("/settlements", shop="1", state="draft")
        sheet = pypdfium2.PdfDocument(clerk.client.get("/settlements/1/sheet.pdf").data)
        printed = "".join(page.get_textpage().get_text_range() for page in sheet)
        assert label in printed
        assert "王䶮" in printed
        book = CalamineWorkbook.from_filelike(
            io.BytesIO(clerk.client.get("/settlements/1/slips.xlsx").data)
        )
        assert book.sheet_names == ["商品", "兑换单", "退货"]
        goods = book.get_sheet_by_index(0).to_python()
        assert goods[-1][1:] == [1.0, salt / 100]
        assert sum(row[2] for row in goods[1:]) == desk.settlement(number).amount_fen / 100
        every = CalamineWorkbook.from_filelike(
            io.BytesIO(clerk.client.get("/settlements.xlsx").data)
        )
        assert every.get_sheet_by_index(0).to_python()[1][0] == label
        assert clerk.client.get("/settlements/7").status_code == 404
        assert clerk.send("/settlements/1/drop", reason="试试").status_code == 403
        _goes_through_without_money(people)
        assert "已对清，不用付款" in clerk.open("/settlements")
        every = CalamineWorkbook.from_filelike(
            io.BytesIO(clerk.client.get("/settlements.xlsx").data)
        )
        assert every.get_sheet_by_index(0).to_python()[1][8:11] == [0.0, "", "已对清，不用付款"]
        sheet = pypdfium2.PdfDocument(clerk.client.get("/settlements/1/sheet.pdf").data)
        assert "不用付款" in sheet[0].get_textpage().get_text_range()


def _goes_through_without_money(people: Browse) -> None:
    """The village's own shop has nothing to be paid: the last step asks for no amount."""
    for role, step in ((Role.SHOPKEEPER, "sign"), (Role.SUPERVISOR, "check")):
        person = people(role)
        person.open("/settlements/1")
        assert person.send(f"/settlements/1/{step}").status_code == 303
    accountant = people(Role.ACCOUNTANT)
    assert "结算单等您对清" in accountant.open("/")
    page = accountant.open("/settlements/1")
    assert "对清入账" in page
    assert "付款凭证号" not in page
    given = {"amount": accountant.value("amount"), "request_id": accountant.value("request_id")}
    assert accountant.send("/settlements/1/pay", **given).status_code == 303
    assert "已对清，不用付款" in accountant.open("/settlements/1")


def test_a_shopkeeper_sees_the_own_shop_alone(small_desk: Desk, people: Browse) -> None:
    desk = small_desk
    desk.second_shop()
    with on_day(1):
        desk.redeem(DU, OIL_5L=1)
        number = desk.draft()
        other = Browser(people(Role.ADMIN).client.application).sign_in(SECOND_KEEPER)
        assert "JS" not in other.open("/settlements", shop="1")
        for path in ("", "/sheet.pdf", "/slips.xlsx"):
            assert other.client.get(f"/settlements/{number}{path}").status_code == 403
        other.open("/settlements")
        assert other.send(f"/settlements/{number}/sign").status_code == 403
        assert other.send(f"/settlements/{number}/drop", reason="不对").status_code == 403
        assert desk.settlement(number).signed is None


def test_pages_take_as_many_statements_for_many_slips(small_desk: Desk, people: Browse) -> None:
    desk, taken = small_desk, []
    engine = desk.town.database.engine

    def note(*arguments: object) -> None:
        taken[-1] += str(arguments[2]).startswith("SELECT")

    with on_day(1):
        clerk = people(Role.SUPERVISOR)
        for sales in (1, 5):
            for _sale in range(sales):
                desk.redeem(DU, SALT_400G=1)
                desk.redeem(WANG, SOAP_126G=1)
            number = desk.checked()
            clerk.open("/settlements")
            event.listen(engine, "before_cursor_execute", note)
            taken.append(0)
            clerk.open(f"/settlements/{number}")
            clerk.open("/settlements")
            event.remove(engine, "before_cursor_execute", note)
    assert taken[0] == taken[1]


def test_the_command_line(village: Town, desk: Desk, terminal: Terminal, tmp_path: Path) -> None:
    del village
    accountant, keeper = STAFF[Role.ACCOUNTANT], STAFF[Role.SHOPKEEPER]
    sold = desk.redeem(DU, OIL_5L=1)
    run = terminal.run
    owed = json.loads(run("settlements", "owed", "--json", who=accountant))
    assert (owed[0]["slips"], owed[0]["first"]) == (1, today().isoformat())
    said = run("settlements", "draft", "--request-id", "line-0001", who=accountant)
    assert re.search(r"JS\d{4}-0001：.*货款 \d+\.\d\d 元", said)
    again = run("settlements", "draft", "--request-id", "line-0001", who=accountant)
    assert again == said
    assert "不能付款" in run("settlements", "pay", "1", who=accountant, expect=1)
    assert "待监督员核对" in run("settlements", "sign", "1", who=keeper)
    run("settlements", "check", "1", who=keeper, expect=1)
    assert "待对清" in run("settlements", "check", "1", who=STAFF[Role.SUPERVISOR])
    assert "应像" in run("settlements", "pay", "1", "--paid", "一百", who=accountant, expect=1)
    assert "已对清，不用付款" in run("settlements", "pay", "1", who=accountant)
    shown = json.loads(run("settlements", "show", "1", "--json", who=accountant))
    assert (shown["paid"], shown["due"], shown["slip_list"][0][0]) == ("0.00", "0.00", sold.label)
    assert "大豆油" in run("settlements", "show", "1", who=keeper)
    assert "JS" in run("settlements", "list", "--state", "paid", who=accountant)
    for command, name, magic in (("export", "a.xlsx", b"PK"), ("print", "a.pdf", b"%PDF")):
        run("settlements", command, "1", "-o", str(tmp_path / name), who=accountant)
        assert (tmp_path / name).read_bytes().startswith(magic)
    desk.redeem(DU, SALT_400G=1)
    run("settlements", "draft", "--until", today().isoformat(), who=accountant)
    assert "已作废" in run("settlements", "drop", "2", "--reason", "开早了", who=accountant)
    desk.second_shop()
    assert "--shop" in run("settlements", "draft", who=accountant, expect=1)
