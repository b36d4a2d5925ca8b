"""Goods in an Excel file: out with every column, in again with every row judged."""

import io
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook

from moralbank.access.permissions import Role
from moralbank.errors import Invalid
from moralbank.store import importing
from moralbank.store.export import goods_list
from moralbank.store.importing import GoodsPreview, JudgedGoods
from moralbank.store.models import LimitPeriod
from moralbank.store.queries import products
from moralbank.tables.cells import Fate
from moralbank.tables.files import EmptyFile, NotATable
from tests.counter.till import Till
from tests.terminal import Terminal
from tests.village import STAFF, Browser, Town

Browse = Callable[[Role], Browser]
KEEPER = STAFF[Role.SHOPKEEPER]
TITLES = ("货号", "名称", "规格", "单位", "类别", "条码", "价格（元）", "进价", "上架", "每户限兑")
TEA = ("TEA-250G", "红茶", "250 克", "袋", "茶叶", "6901234567892", 18.5, 12, "是", 2)
SALT = ("salt-400g", None, None, None, None, None, "２.80", None, None, None)


@pytest.fixture
def till(village: Town) -> Till:
    """The shop on both engines, its shelves empty."""
    return Till(village)


@pytest.fixture
def stall(hamlet: Town) -> Till:
    """The shop on SQLite alone."""
    return Till(hamlet)


def _sheet(*rows: Sequence[Any], titles: Sequence[str] = TITLES) -> bytes:
    content = io.BytesIO()
    with xlsxwriter.Workbook(content) as book:
        sheet = book.add_worksheet()
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for line, row in enumerate([titles, *rows]):
            for column, cell in enumerate(row):
                if isinstance(cell, date):
                    sheet.write_datetime(line, column, cell, day)
                else:
                    sheet.write(line, column, cell)
    return content.getvalue()


def _judge(till: Till, content: bytes, name: str = "商品.xlsx") -> GoodsPreview:
    with till.town.database.reading() as session:
        return importing.preview(session, till.town.actor(Role.SHOPKEEPER), content, name)


def _one(till: Till, *row: Any, titles: Sequence[str] = TITLES) -> JudgedGoods:
    return _judge(till, _sheet(row, titles=titles)).judged[0]


def _export(till: Till) -> bytes:
    with till.town.database.reading() as session:
        goods = products(session, till.town.village_id, active_only=False)
        return goods_list(goods, 100)


def test_our_own_export_changes_nothing(till: Till) -> None:
    till.price("OIL-5L", 6600, active=False)
    judged = _judge(till, _export(till))
    assert judged.counts == {Fate.NEW: 0, Fate.CHANGED: 0, Fate.SAME: 24, Fate.ERROR: 0}
    assert not judged.has_work


def test_rows_are_new_changed_or_the_same(till: Till) -> None:
    judged = _judge(till, _sheet(TEA, SALT, [], ("SOAP-126G", "香皂")))
    assert [(one.line, one.sku, one.fate) for one in judged.judged] == [
        (2, "TEA-250G", Fate.NEW),
        (3, "SALT-400G", Fate.CHANGED),
        (5, "SOAP-126G", Fate.SAME),
    ]
    assert judged.judged[1].name == "加碘食用盐"
    assert judged.judged[1].reasons[0].endswith("改为“2.80”")
    with till.town.database.writing() as session:
        keeper = till.town.actor(Role.SHOPKEEPER)
        done = importing.import_goods(
            session, keeper, _sheet(TEA, SALT), "商品.xlsx", skip_errors=False
        )
    assert (done.new, done.changed, done.skipped) == (1, 1, 0)
    tea = till.product("TEA-250G")
    assert (tea.title, tea.price_fen, tea.cost_fen) == ("红茶 250 克", 1850, 1200)
    assert (tea.limit_pieces, tea.limit_period, tea.stock) == (2, LimitPeriod.MONTH, 0)
    assert till.product("SALT-400G").price_fen == 280
    assert not _judge(till, _sheet(TEA, SALT)).has_work
    assert till.problems() == []


@pytest.mark.parametrize(
    ("column", "cell", "words"),
    [
        ("货号", "茶 叶", "货号不对"),
        ("名称", "长" * 41, "太长"),
        ("名称", "", "请填写这一项"),
        ("类别", "", "请填写这一项"),
        ("条码", 6901234567890, "条码不对"),
        ("条码", "6901421202063", "条码已经用在“大豆油 5 升”上"),
        ("价格（元）", "", "价格不对"),
        ("价格（元）", 0, "价格不对"),
        ("价格（元）", -5, "金额不对"),
        ("价格（元）", "十八", "金额不对"),
        ("价格（元）", 18.505, "金额不对"),
        ("价格（元）", 1e9, "金额不对"),
        ("进价", 10_001, "进价不对"),
        ("上架", "也许", "应填“是”或“否”"),
        ("每户限兑", 1.5, "应是整数"),
        ("每户限兑", 100_001, "件数不对"),
    ],
)
def test_a_row_that_can_not_be(stall: Till, column: str, cell: object, words: str) -> None:
    row = [cell if title == column else value for title, value in zip(TITLES, TEA, strict=True)]
    judged = _one(stall, *row)
    assert judged.fate == Fate.ERROR
    assert words in judged.reasons[0]


@pytest.mark.parametrize(("price", "words"), [("十元", "金额不对"), (0, "价格不对")])
def test_a_row_names_all_that_is_wrong(stall: Till, price: object, words: str) -> None:
    changed = {"货号": "茶 叶", "价格（元）": price}
    row = [changed.get(title, value) for title, value in zip(TITLES, TEA, strict=True)]
    sku, cost = _one(stall, *row).reasons
    assert sku.startswith("货号：货号不对")
    assert cost.startswith(f"价格：{words}")
    only = _one(stall, "茶 叶", 20, titles=("货号", "价格（元）"))
    assert [reason[:5] for reason in only.reasons] == ["货号：货号"], "its name may be known"


def test_days_and_periods_as_people_write_them(stall: Till) -> None:
    titles = ("货号", "开始供应", "供应到", "限兑周期")
    for first, last in (
        ("2026-09-01", "2026/9/30"),
        ("2026年9月1日", "2026.09.30"),
        (date(2026, 9, 1), date(2026, 9, 30)),
    ):
        details = _one(stall, "OIL-5L", first, last, "季度", titles=titles).details
        assert details is not None
        assert (details.on_from, details.on_until) == (date(2026, 9, 1), date(2026, 9, 30))
        assert details.limit_period == LimitPeriod.QUARTER
    for row, words in (
        (("OIL-5L", "九月", None, None), "日期不对"),
        (("OIL-5L", "2026-02-30", None, None), "日期不对"),
        (("OIL-5L", "2026-09-02", "2026-09-01", None), "还早"),
        (("OIL-5L", None, None, "每小时"), "应是每天"),
    ):
        assert words in _one(stall, *row, titles=titles).reasons[0]


def test_rows_that_claim_the_same(stall: Till) -> None:
    again = _judge(stall, _sheet(TEA, ("tea-250g", *TEA[1:]), ("TEA-500G", *TEA[1:])))
    assert [one.fate for one in again.judged] == [Fate.NEW, Fate.ERROR, Fate.ERROR]
    assert "与第 2 行重复" in again.judged[1].reasons[0]
    assert "第 2 行" in again.judged[2].reasons[0]
    oil, rice = stall.product("OIL-5L"), stall.product("RICE-5KG")
    titles = ("货号", "条码")
    swapped = _sheet(("OIL-5L", rice.barcode), ("RICE-5KG", oil.barcode), titles=titles)
    assert _judge(stall, swapped).counts[Fate.CHANGED] == 2
    # The oil keeps its barcode, as its own row is refused: nobody else may take it then.
    salt = stall.product("SALT-400G")
    chain = _sheet(("TEA-250G", oil.barcode, "茶", "茶", 1), ("OIL-5L", salt.barcode),
                   titles=("货号", "条码", "名称", "类别", "价格"))  # fmt: skip
    assert _judge(stall, chain).counts[Fate.ERROR] == 2


@pytest.mark.parametrize(
    ("content", "name", "refusal"),
    [
        (b"", "a.xlsx", EmptyFile),
        (b"%PDF-1.7", "a.pdf", NotATable),
        ("户号,户主姓名\n001,白森\n".encode(), "a.csv", importing.NoGoodsColumns),
        ("货号,名称\n".encode(), "a.csv", importing.NoGoods),
        (("货号,价格\n" + "A,1\n" * 2001).encode(), "a.csv", importing.TooManyGoods),
    ],
)
def test_what_is_no_list_of_goods(
    stall: Till, content: bytes, name: str, refusal: type[Invalid]
) -> None:
    with pytest.raises(refusal):
        _judge(stall, content, name)


def test_an_import_by_the_pages(till: Till, browse: Browse) -> None:
    keeper = browse(Role.SHOPKEEPER)
    browse(Role.ACCOUNTANT).open("/store/import", expect=403)
    keeper.open("/store/import")
    assert keeper.upload("/store/import", "goods", "a.pdf", b"%PDF-1.7").status_code == 422
    assert "不是表格" in keeper.page
    assert keeper.send("/store/import").status_code == 422
    assert "请先选一个文件" in keeper.page
    assert "选填" not in keeper.page
    wrong = ("BAD", "坏价", None, None, "茶叶", None, "十元")
    answer = keeper.upload("/store/import", "goods", "商品.xlsx", _sheet(TEA, SALT, wrong))
    assert answer.status_code == 303
    here = answer.location
    page = keeper.open(here)
    assert "改为“2.80”" in page
    assert "金额不对" in page
    assert "红茶" not in keeper.open(here, fate="error")
    marked = keeper.client.get(f"{here}/marked.xlsx").data
    rows = CalamineWorkbook.from_filelike(io.BytesIO(marked)).get_sheet_by_index(0).to_python()
    assert [row[-2] for row in rows] == ["导入结果", "新增", "更新", "有错误"]
    assert keeper.send(here).status_code == 409  # rows are wrong, and nobody said to skip them
    assert till.product("SALT-400G").price_fen != 280
    assert keeper.send(here, skip_errors="1").status_code == 303
    assert till.product("SALT-400G").price_fen == 280
    assert keeper.send(here, skip_errors="1").status_code == 404  # sent twice: imported already
    keeper.open("/store/import")
    here = keeper.upload("/store/import", "goods", "商品.xlsx", _sheet(TEA)).location
    assert "完全一样" in keeper.open(here)
    assert keeper.send(f"{here}/drop").status_code == 303
    keeper.open(here, expect=404)
    assert till.problems() == []


def test_an_import_by_command(till: Till, terminal: Terminal, tmp_path: Path) -> None:
    file, copy = tmp_path / "商品.xlsx", tmp_path / "核对.xlsx"
    file.write_bytes(_sheet(TEA, SALT, ("BAD", "坏价", None, None, "茶叶", None, "十元")))
    command = ("store", "import", str(file))
    said = terminal.run(*command, "--marked-copy", str(copy), who=KEEPER)
    assert "共 3 行" in said
    assert "金额不对" in said
    assert "没有写入" in said
    assert copy.read_bytes().startswith(b"PK")
    assert "有 1 行有错" in terminal.run(*command, "--commit", who=KEEPER, expect=1)
    assert "新增 1 种" in terminal.run(*command, "--commit", "--skip-errors", who=KEEPER)
    out = tmp_path / "全部.xlsx"
    terminal.run("store", "export", "--out", str(out), who=STAFF[Role.ACCOUNTANT])
    assert not _judge(till, out.read_bytes()).has_work
    assert till.product("TEA-250G").price_fen == 1850
