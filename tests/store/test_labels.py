"""Shelf labels: which goods get one, and that the sheet carries what the shelf says."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pypdfium2
import pytest

from moralbank import clock
from moralbank.access.permissions import Role
from moralbank.store.labels import NoLabels, label_sheet, labelled
from tests.counter.till import Till
from tests.terminal import Terminal
from tests.village import STAFF, Browser, Town

Browse = Callable[[Role], Browser]


@pytest.fixture
def till(village: Town) -> Till:
    """The shop on both engines."""
    return Till(village)


def _labelled(till: Till, since: date | None = None, category: str = "") -> set[str]:
    with till.town.database.reading() as session:
        found = labelled(session, till.town.village_id, 1, category=category, since=since)
    return {one.sku for one in found}


def _words(content: bytes) -> str:
    document = pypdfium2.PdfDocument(content)
    return "".join(page.get_textpage().get_text_bounded() for page in document)


def test_which_goods_get_a_label(till: Till) -> None:
    """All, a category, or what is new, called or priced otherwise; all when the rate changes."""
    assert len(_labelled(till)) == 24
    assert _labelled(till, category="小家电") == {"KETTLE-1.7L", "COOKER-4L"}
    tomorrow = clock.today() + timedelta(days=1)
    assert _labelled(till, tomorrow) == set()
    with clock.at(clock.now() + timedelta(days=1)):
        till.price("OIL-5L", 6800)
        till.price("SALT-400G", 250)  # nothing changes
        till.price("RICE-5KG", 4500, active=False)  # nothing that a label shows
        assert _labelled(till, tomorrow) == {"OIL-5L"}
        assert _labelled(till, tomorrow, "油盐酱醋") == set()
        assert "RICE-5KG" not in _labelled(till)
        till.rate(50)
        assert len(_labelled(till, tomorrow)) == 23


def test_a_sheet_of_labels(till: Till) -> None:
    oil, salt = till.product("OIL-5L"), till.product("SALT-400G")
    with till.town.database.reading() as session:
        sheet = label_sheet(session, till.town.village_id, 1, {salt.id, oil.id, 987654})
        found = [(one.sku, one.points, one.price_fen, one.barcode) for one in sheet.labels]
        assert found == [("OIL-5L", 65, 6500, oil.barcode), ("SALT-400G", 3, 250, salt.barcode)]
        with pytest.raises(NoLabels):
            label_sheet(session, till.town.village_id, 1, {987654})


def test_labels_by_the_page(till: Till, browse: Browse) -> None:
    keeper = browse(Role.SHOPKEEPER)
    assert keeper.open("/store/labels").count('name="p"') == 24
    assert keeper.open("/store/labels", category="小家电").count('name="p"') == 2
    tomorrow = (clock.today() + timedelta(days=1)).isoformat()
    assert "没有要换的价签" in keeper.open("/store/labels", since=tomorrow)
    assert "日期不对" in keeper.open("/store/labels", since="昨天", expect=422)
    oil = till.product("OIL-5L").id
    answer = keeper.client.get("/store/labels.pdf", query_string={"p": [oil, "x"]})
    words = _words(answer.data)
    assert "大豆油" in words
    assert "65" in words
    assert "大米" not in words
    assert "一种商品也没选" in keeper.open("/store/labels.pdf", expect=422)
    browse(Role.RECORDER).open("/store/labels", expect=403)


def test_labels_at_the_command_line(till: Till, terminal: Terminal, tmp_path: Path) -> None:
    del till
    who, out = STAFF[Role.SHOPKEEPER], tmp_path / "labels.pdf"
    terminal.run("store", "labels", "--out", str(out), who=who)
    assert "大豆油" in _words(out.read_bytes())
    terminal.run("store", "labels", "soap-126g", "--out", str(out), who=who)
    words = _words(out.read_bytes())
    assert "香皂" in words
    assert "大豆油" not in words
    late = (clock.today() + timedelta(days=1)).isoformat()
    said = terminal.run("store", "labels", "--since", late, "-o", str(out), who=who, expect=1)
    assert "一种商品也没选" in said
