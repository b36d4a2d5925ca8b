"""Slips after the sale: shown, printed, printed again, listed; on both engines."""

import io
import re
from collections.abc import Callable

import pypdfium2
import pytest
from python_calamine import CalamineWorkbook

from moralbank import clock
from moralbank.access.permissions import Role
from tests.counter.till import DU, WANG, Till
from tests.village import Browser

Browse = Callable[[Role], Browser]


@pytest.fixture
def keeper(till: Till, browse: Browse) -> Browser:
    """The shopkeeper; 杜仁森 has 127 points."""
    till.give(DU, 127)
    return browse(Role.SHOPKEEPER)


def test_the_sums_of_a_slip_add_up(till: Till, keeper: Browser) -> None:
    """Points' worth and what went from the credit are the total, on the screen and on paper."""
    for number, (goods, points, credit) in enumerate(
        (
            ("NOODLE_1KG", "10分=10.00元", "找回余额0.10元"),  # 9.90 yuan
            ("NOODLE_1KG", "10分=10.00元", "找回余额0.10元"),  # 0.10 went in, 0.20 came out
            ("SALT_400G", "3分=3.00元", "找回余额0.50元"),  # 2.50 yuan
            ("SALT_400G", "2分=2.00元", "使用余额0.50元"),
            ("SOAP_126G", "2分=2.00元", ""),  # 2.00 yuan: 0.20 went in and came out again
        ),
        start=1,
    ):
        till.redeem(DU, **{goods: 1})
        page = re.sub(r"<[^>]*>|\s", "", keeper.open(f"/counter/slips/{number}"))
        paper = "".join(_text(keeper.client.get(f"/counter/slips/{number}.pdf").data).split())
        for shown in (page, paper):
            assert f"兑换积分{points}" in shown
            assert "".join(re.findall(r"(?:使用|找回)余额[\d.]+元", shown)) == credit


def test_a_slip_is_printed_and_printed_again(till: Till, keeper: Browser) -> None:
    till.redeem(DU, OIL_5L=1)
    assert "打印凭条" in keeper.open("/counter/slips/1")
    first, second = (keeper.client.get("/counter/slips/1.pdf") for _time in range(2))
    assert first.mimetype == second.mimetype == "application/pdf"
    assert "补打" not in _text(first.data)
    assert "补打" in _text(second.data)
    assert "大豆油" in _text(first.data)
    assert "补打凭条" in keeper.open("/counter/slips/1")
    keeper.open("/counter/slips/99", expect=404)
    keeper.open("/counter/slips/99.pdf", expect=404)


def test_the_list_of_slips(till: Till, keeper: Browser) -> None:
    till.give(WANG, 50)
    till.redeem(DU, OIL_5L=1)
    till.redeem(WANG, SALT_400G=2)
    today = clock.today().isoformat()
    page = keeper.open("/counter/slips", first=today, last=today)
    assert "杜仁森" in page
    assert "王䶮" in page
    assert "70.00" in page  # both together
    assert "王䶮" not in keeper.open("/counter/slips", q="drs")
    label = till.slip(2).label
    for typed in (label, label.lower(), "2"):
        page = keeper.open("/counter/slips", q=typed)
        assert "王䶮" in page
        assert "杜仁森" not in page
    assert "没有这样的兑换单" in keeper.open("/counter/slips", last="2020-01-01")
    assert "杜仁森" in keeper.open("/counter/slips", first="gestern", page="-3")
    assert "杜仁森" in keeper.open("/counter/slips", last="9999-12-31", page="99")


def test_the_list_as_a_workbook(till: Till, keeper: Browser) -> None:
    till.redeem(DU, OIL_5L=1, SALT_400G=2)
    answer = keeper.client.get("/counter/slips.xlsx?q=drs")
    rows = CalamineWorkbook.from_filelike(io.BytesIO(answer.data)).get_sheet_by_index(0).to_python()
    assert rows[0][0] == "单号"
    assert len(rows) == 3
    assert rows[1][3] == "杜仁森"
    assert sum(float(row[9] or 0) for row in rows[1:]) == 70.0


def test_long_lists_take_no_more_statements(
    till: Till, keeper: Browser, count_statements: Callable[[Callable[[], object]], int]
) -> None:
    till.redeem(DU, SALT_400G=1)
    one = count_statements(lambda: keeper.open("/counter/slips"))
    for _time in range(9):
        till.redeem(DU, SOAP_126G=1)
    assert count_statements(lambda: keeper.open("/counter/slips")) == one


def _text(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    return "".join(page.get_textpage().get_text_bounded() for page in document)
