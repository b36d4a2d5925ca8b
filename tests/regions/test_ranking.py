"""Places of villages: by which measure, who shares one, and the sheet for the wall."""

import json
from collections.abc import Callable
from pathlib import Path

from moralbank.boards.models import Ties
from moralbank.boards.periods import current_quarter
from moralbank.regions.figures import Activity, Figures, Standing, VillageFigures, together
from moralbank.regions.names import region_name
from moralbank.regions.queries import comparison
from moralbank.regions.ranking import Measure, ranked
from tests.boards.deeds import do
from tests.printing.snapshot import pages_of
from tests.regions.conftest import HALA, NORTH, RIVER, SONGSHAN, County
from tests.terminal import Terminal
from tests.village import VILLAGE_ID, Browser

MEETING = "参加村民会议"


def a_village(code: int, households: int, **done: int) -> VillageFigures:
    """A village of so many households where that was done."""
    figures = Figures(Standing(households=households), Activity(**done))
    day = current_quarter().first
    name = f"村{code}"
    return VillageFigures(code, name, 0, "", day, "1-00000000", day, None, None, figures)


def places(found: list[VillageFigures], measure: Measure, ties: Ties) -> list[tuple[int, int, str]]:
    """Place, code and written value of everybody who has one."""
    return [(one.rank, one.village.id, one.value) for one in ranked(found, measure, ties).places]


def test_equal_are_villages_whose_written_figures_are() -> None:
    found = [
        a_village(1, 3, points=10, earning=1, deeds=2, used_points=5),
        a_village(2, 0),
        a_village(3, 300, points=999, earning=99, deeds=200, used_points=2000),
        a_village(4, 8, points=40, earning=8, deeds=16),
        a_village(5, 7, points=7, earning=7, deeds=1, used_points=7),
    ]
    by_points = places(found, Measure.POINTS, Ties.COMPETITION)
    assert by_points == [(1, 4, "5.0"), (2, 1, "3.3"), (2, 3, "3.3"), (4, 5, "1.0")]
    dense = places(found, Measure.POINTS, Ties.DENSE)
    assert [place for place, _code, _value in dense] == [1, 2, 2, 3]
    assert places(found, Measure.SHARE, Ties.COMPETITION)[:2] == [(1, 4, "100.0"), (1, 5, "100.0")]
    assert places(found, Measure.DEEDS, Ties.COMPETITION)[-1] == (4, 5, "0.14")
    assert places(found, Measure.USED, Ties.COMPETITION)[0] == (1, 3, "200.2")
    outside = ranked(found, Measure.POINTS, Ties.COMPETITION)
    assert [one.id for one in outside.outside] == [2]
    assert "有 1 个村没有数可比" in outside.rule
    assert together(one.figures for one in found).activity.points == 1056


def test_regions_are_called_by_their_codes() -> None:
    assert region_name(150404103201) == "内蒙古自治区赤峰市松山区"
    assert region_name(110101001001) == "北京市东城区"  # no city between
    assert region_name(441900003001) == "广东省东莞市"  # no districts below
    assert region_name(429004001201) == "湖北省仙桃市"
    assert region_name(150400000000) == "内蒙古自治区赤峰市"
    assert region_name(990000000000) == ""


def test_the_sheet_shows_what_the_page_shows(
    county: County, watch: Callable[[int], Browser], terminal: Terminal, tmp_path: Path
) -> None:
    for code, label, points in (
        (VILLAGE_ID, "一组-012", 8),
        (RIVER, "东组-001", 9),
        (NORTH, "东组-002", 2),
    ):
        do(county.villages[code], label, MEETING, points, note="签到")
    with county.database.reading() as session:
        seen = {one.name: one for one in comparison(session, SONGSHAN, current_quarter()).villages}
    person = watch(SONGSHAN)
    page = person.open("/regions/ranking")
    assert page.index("小河沿村") < page.index("羊圈湾村") < page.index("北洼村")
    text = _text(person.client.get("/regions/ranking.pdf?paper=a4").data)
    for words in ("户均积分榜", "内蒙古自治区赤峰市松山区", current_quarter().label, "盖章处"):
        assert words in text
    for one in seen.values():
        assert one.mark in text
    assert "2.3" in text  # nine points over four households
    assert "安庆镇" in text
    looked = person.client.get("/regions/ranking.pdf?look=1", follow_redirects=True)
    assert looked.status_code == 200  # the preview that leads to the printer
    of_town = _text(person.client.get("/regions/ranking.pdf?town=150404104&measure=share").data)
    assert "群众参与榜" in of_town
    assert "小河沿村" not in of_town

    told = json.loads(terminal.run("regions", "compare", "150404103", "--json"))
    assert [one["points_each"] for one in told["villages"]] == ["1.0", "2.3"]
    assert told["total"]["points"] == 17
    assert "合计" in terminal.run("regions", "compare", str(HALA))
    target = tmp_path / "places.pdf"
    terminal.run("regions", "rank", "150404", "--plain", "--paper", "a4", "-o", str(target))
    assert "北洼村" in _text(target.read_bytes())


def _text(pdf: bytes) -> str:
    return "".join(run.text for page in pages_of(pdf) for run in page.runs)
