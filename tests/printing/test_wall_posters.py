"""Posters of panels (the scheme, the price list) and the pictures of how a card is used."""

import pytest

from moralbank.cards.faces import GuideSheet
from moralbank.cards.guide import card_guide
from moralbank.printing.panels import Panel, PanelPoster, PanelRow, panel_poster
from moralbank.printing.stocks import A3, A4, P60X90, P80X120
from moralbank.printing.stocks import Paper as Size
from tests.printing.paper import Paper

GUIDE = GuideSheet(
    village="哈拉道口镇羊圈湾村",
    hangs_days=3,
    rate="1 分换 1 元的东西",
    contact="村务监督委员会 0476-0000000",
)


def poster(*sizes: int, name: str = "庭院清洁达标", detail: str = "每月") -> PanelPoster:
    """A poster with panels of so many rows."""
    panels = tuple(
        Panel(
            f"第{place}类",
            f"{size} 项",
            tuple(PanelRow(str(n + 1), f"{name}{n + 1}", detail, "3", "分") for n in range(size)),
        )
        for place, size in enumerate(sizes, start=1)
    )
    return PanelPoster(
        village="哈拉道口镇羊圈湾村",
        title="道德银行积分细则",
        told="第 1 版，二〇二六年一月一日起施行",
        panels=panels,
        way="申报　→　评议　→　兑换",
        words=("1 分 = 1 元", "有不明白的请问：赵德顺"),
        organisation="羊圈湾村村民委员会",
        date="二〇二六年十一月二十日",
    )


@pytest.mark.parametrize("paper", [A4, A3, P60X90, P80X120])
@pytest.mark.parametrize("plain", [False, True])
def test_forty_items_stand_on_one_sheet_of_any_paper(paper: Size, *, plain: bool) -> None:
    printed = Paper(panel_poster(poster(8, 6, 8, 7, 5, 6, 5), paper=paper, plain=plain))
    assert printed.sizes_mm == [pytest.approx((paper.width_mm, paper.height_mm), abs=0.1)]
    assert printed.text.count("庭院清洁达标") == 45


def test_what_does_not_fit_flows_on_and_nothing_is_lost() -> None:
    printed = Paper(panel_poster(poster(10, 10, 10, 10, 10, 10, 10, 10, 40)))
    assert len(printed.texts) == 3
    assert printed.text.count("庭院清洁达标") == 120
    assert "第 2 张，共 3 张" in printed.texts[1]


def test_large_paper_holds_more_rows() -> None:
    many = poster(*[14] * 7)
    assert len(Paper(panel_poster(many)).texts) == 2
    assert len(Paper(panel_poster(many, paper=P80X120)).texts) == 1


def test_one_long_panel_goes_on_under_its_own_head() -> None:
    printed = Paper(panel_poster(poster(150)))
    assert printed.text.count("庭院清洁达标") == 150
    assert "第1类（续）" in printed.text


def test_long_names_and_details_stay_beside_each_other() -> None:
    long = poster(8, 8, 8, 8, 8, name="自带农用机械参加集体修渠护路义务劳动", detail="每人次，" * 6)
    printed = Paper(panel_poster(long, paper=A4))
    letters = [letter for letter in printed.letters() if letter.text.strip()]
    assert all(letter.left > 5 and letter.right < 205 for letter in letters)
    ends = [letter for letter in letters if letter.text == "渠" and letter.left < 100]
    details = [letter for letter in letters if letter.text == "每" and letter.left < 100]
    assert ends
    assert details
    assert max(letter.right for letter in ends) < min(letter.left for letter in details)


@pytest.mark.parametrize("plain", [False, True])
def test_the_card_guide_tells_the_villages_own_days(*, plain: bool) -> None:
    printed = Paper(card_guide(GUIDE, plain=plain))
    assert len(printed.texts) == 1
    for words in ("做好事", "报一报", "评一评", "分到卡", "去超市", "拿回家", "卡丢了"):
        assert words in printed.text
    assert "3" in printed.text
    assert "0476-0000000" in printed.text
    without = GuideSheet(village="羊圈湾村", hangs_days=0, rate="", contact="")
    assert "通过了就算数" in Paper(card_guide(without, paper=A4, plain=plain)).text
