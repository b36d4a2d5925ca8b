"""The whole path of points in a real browser: five people, each at a device of their own.

A household claims, the grid worker verifies, the reviewer decides, the admin hangs the notice,
a neighbour who signs in nowhere objects, days go by, and the supervisor answers.
"""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Final

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlmodel import select

from moralbank import clock
from moralbank.access.permissions import Role
from moralbank.awards.models import AwardState
from moralbank.cards.queries import active_card
from moralbank.cards.service import issue
from moralbank.ledger.models import AccountKind, Event, EventKind, Transfer
from moralbank.ledger.queries import account_of, total
from moralbank.villages.settings import OBJECTION_DAYS, SETTINGS
from tests.awards.deeds import DU, GAOWA, WANG
from tests.browser.conftest import LAPTOP, PHONE, Office
from tests.notices.wall import MEETING, WORK, Wall, after
from tests.photos.phone import GPS, ORIENTATION, from_a_phone, opened
from tests.printing.paper import text_of
from tests.village import STAFF, Town

BAI, BUHE = "一组-001", "一组-006"
TREES: Final = "植树绿化"
MASKED: Final = "杜**"
ANSWERED_WITHIN: Final = int(SETTINGS[OBJECTION_DAYS].default)


class Story(Wall):
    """What everybody in the test knows: deeds by name, the card, and where things stand now."""

    def __init__(self, town: Town, office: Office) -> None:
        """白森 is the grid worker's kin, 布和 the reviewer's; the recorder has done her part."""
        super().__init__(town)
        self.office = office
        self.look_after(STAFF[Role.GRID], DU)
        self.bar(town.actor(Role.GRID), BAI, "女儿家")
        self.bar(self.reviewer, BUHE, "妹夫家")
        yesterday = clock.today() - timedelta(days=1)
        self.kin = self.claim(BAI, TREES, note="栽了五棵杨树")
        self.work = self.record(DU, WORK, note="清理村口排水沟")
        self.first = self.record(WANG, WORK, note="修北坡水渠", deed_on=yesterday)
        self.again = self.record(WANG, WORK, note="给敬老院劈柴")
        self.meeting = self.record(GAOWA, MEETING, note="冬季村民会议")
        self.barred = self.record(BUHE, MEETING, note="冬季村民会议")
        self.trees = self.barred + 1  # when it will have been claimed
        self.objections = 0

    def card_page(self) -> str:
        """Where 杜仁森's card leads to."""
        home = self.town.household(DU)
        with self.town.database.writing() as session:
            issue(session, self.recorder, [home.id])
        with self.town.database.reading() as session:
            token = active_card(session, self.town.village_id, home).token
        return f"{self.office.address}/c/{token}"

    def sign_in(self, page: Page, role: Role) -> Page:
        """Let somebody of the staff sign in at their device."""
        self.office.sign_in(page, role)
        return page

    def open(self, page: Page, path: str) -> None:
        """Open a page of the office."""
        page.goto(self.office.address + path)

    def paper(self, page: Page, name: str) -> str:
        """What a button of the page prints, as text without blanks."""
        link = page.get_by_role("link", name=name).get_attribute("href")
        sheet = (link or "").replace("look=1", "")  # itself, without being looked at first
        answer = page.context.request.get(f"{self.office.address}{sheet}")
        assert answer.headers["content-type"] == "application/pdf"
        return text_of(answer.body())

    def events(self, kind: EventKind) -> list[int]:
        """The ledger's events of a kind, each as its number of transfers."""
        with self.town.database.reading() as session:
            events = session.exec(select(Event.seq).where(Event.kind == kind)).all()
            legs = session.exec(select(Transfer.seq).where(Transfer.seq.in_(events))).all()  # type: ignore[attr-defined]
        return [legs.count(seq) for seq in events]

    def issued(self) -> tuple[int, int]:
        """What the village has issued, and what all households hold together."""
        with self.town.database.reading() as session:
            village = account_of(session, self.town.village_id, AccountKind.POINTS_ISSUED)
            held = total(session, self.town.village_id, AccountKind.HOUSEHOLD_POINTS)
        return -village.amount, held


@pytest.fixture
def story(hamlet: Town, office: Office) -> Story:
    """The village on the morning of the test; notices hang for three days."""
    return Story(hamlet, office)


def test_five_people_and_one_objection(person: Callable[..., Page], story: Story) -> None:
    household, neighbour = person(PHONE), person(PHONE)
    grid = story.sign_in(person(PHONE), Role.GRID)
    reviewer = story.sign_in(person(PHONE), Role.REVIEWER)
    admin = story.sign_in(person(LAPTOP), Role.ADMIN)
    supervisor = story.sign_in(person(LAPTOP), Role.SUPERVISOR)
    card = story.card_page()

    _claim(story, household, card)
    _verify(story, grid, neighbour)
    _review(story, reviewer)
    public = _hang(story, admin)
    _object(story, neighbour, public, TREES, "他家没有栽，树是林场栽的")

    # Three days are over: whoever comes first lets the notice post, and only the dispute waits.
    assert story.events(EventKind.POST_AWARDS) == []
    story.office.days_later = 4
    neighbour.goto(public)
    expect(_line(neighbour, TREES, MASKED)).to_contain_text("有人提了异议，正在查")
    assert story.events(EventKind.POST_AWARDS) == [5]
    assert story.state(story.trees) is AwardState.OBJECTED
    assert story.issued() == (13, 13)
    household.goto(card)
    expect(household.locator(".own__figure")).to_have_text("3 分")
    hanging = household.get_by_role("region", name="正在公示")
    expect(hanging).to_contain_text(TREES)
    expect(hanging).to_contain_text("有人提出异议，正在查")
    expect(hanging).not_to_contain_text(WORK)

    _answer(story, supervisor, "不成立", "到现场数过，五棵都活着")
    assert story.events(EventKind.POST_AWARDS) == [5, 1]
    household.goto(card)
    expect(household.locator(".own__figure")).to_have_text("6 分")
    expect(household.get_by_role("region", name="正在公示")).to_have_count(0)

    _object(story, neighbour, public, WORK, "那天他在旗里看病")
    assert story.state(story.work) is AwardState.POSTED  # what is posted stays until the answer
    _answer(story, supervisor, "成立", "那天确实没有出工")
    household.goto(card)
    expect(household.locator(".own__figure")).to_have_text("3 分")
    expect(household.get_by_role("region", name="最近的分")).to_contain_text("更正，减 3 分")
    expect(household.get_by_role("region", name="更正了的")).to_contain_text("那天确实没有出工")
    _hang_correction(story, admin)
    _all_is_right(story)


def _claim(story: Story, phone: Page, card: str) -> None:
    """杜仁森's household says what it did, with a photo that was held sideways."""
    phone.goto(card)
    phone.get_by_role("link", name="做了好事，报一报").click()
    phone.get_by_text("环境卫生", exact=True).click()
    phone.get_by_text(TREES, exact=True).click()
    phone.get_by_label("3. 说一说").fill("在村北栽了五棵杨树")
    photo = {"name": "trees.jpg", "mimeType": "image/jpeg", "buffer": from_a_phone((640, 480))}
    phone.locator("#photos").set_input_files(photo)  # type: ignore[arg-type]
    _fits(phone)
    phone.get_by_role("button", name="报上去").click()
    expect(phone.get_by_text(f"已收到，第 {story.trees} 条，等网格员核实")).to_be_visible()
    _shown(phone.get_by_role("region", name="还在等").locator("img"))
    _fits(phone)


def _verify(story: Story, phone: Page, stranger: Page) -> None:
    """The grid worker looks at the photo and names a witness; kin is for somebody else."""
    story.open(phone, "/awards/verify")
    kin, trees = (phone.locator(f"#deed-{one}") for one in (story.kin, story.trees))
    expect(kin).to_contain_text("您须回避：女儿家")
    expect(kin.get_by_role("button")).to_have_count(0)
    expect(kin.get_by_role("checkbox")).to_be_disabled()
    picture = trees.locator("img")
    _shown(picture)
    whole = story.office.address + str(trees.locator("a.photos__link").get_attribute("href"))
    kept = opened(phone.context.request.get(whole).body())
    assert kept.size == (480, 640)  # upright
    assert not {ORIENTATION, GPS} & set(kept.getexif())
    assert stranger.context.request.get(whole).headers["content-type"] != "image/jpeg"
    trees.get_by_text("见证人、现场照片").click()
    trees.get_by_label("见证人").fill("组长王海")
    _fits(phone)
    trees.get_by_role("button", name="属实", exact=True).click()
    expect(phone.get_by_text(f"第 {story.trees} 条已核实，送去评议")).to_be_visible()
    assert ("核实属实", STAFF[Role.GRID], "", "组长王海") in story.acts(story.trees)
    story.verify(story.kin)  # the recorder goes there in his place


def _review(story: Story, phone: Page) -> None:
    """The reviewer is warned of what looks like one deed twice, and ticks all but his kin's."""
    story.open(phone, "/awards/review")
    for one, other in ((story.first, story.again), (story.again, story.first)):
        cautions = phone.locator(f"#deed-{one}").get_by_role("list", name="请留意")
        expect(cautions).to_contain_text(f"像是第 {other} 条")
    expect(phone.get_by_role("list", name="请留意")).to_have_count(2)
    _shown(phone.locator(f"#deed-{story.trees} img"))
    kin = phone.locator(f"#deed-{story.barred}")
    expect(kin).to_contain_text(f"{STAFF[Role.REVIEWER]}须回避：妹夫家")
    expect(kin.get_by_role("button")).to_have_count(0)
    boxes = phone.locator("[name='awards']:enabled")
    expect(boxes).to_have_count(6)
    for box in boxes.all():
        box.check()
    expect(phone.locator("[data-tally-words]")).to_have_text("已勾 6 条，16 分")
    _fits(phone)
    phone.get_by_role("button", name="通过勾选的").click()
    expect(phone.get_by_text("已通过 6 条，16 分，等公示。")).to_be_visible()
    expect(phone.locator("[name='awards']")).to_have_count(1)  # his kin's waits for somebody else
    assert story.state(story.barred) is AwardState.CLAIMED


def _hang(story: Story, laptop: Page) -> str:
    """The admin hangs what was approved and prints it; gives back where everybody reads it."""
    story.open(laptop, "/notices")
    laptop.get_by_role("link", name="张榜").first.click()
    last = clock.today() + timedelta(days=2)
    expect(laptop.get_by_text(f"公示到 {last} 为止，第二天自动入账。")).to_be_visible()
    expect(laptop.locator("[name='awards']:checked")).to_have_count(6)
    laptop.get_by_role("button", name="张榜").click()
    expect(laptop.get_by_text("第 1 期已张榜")).to_be_visible()
    listed, details = (story.paper(laptop, name) for name in ("打印公示表", "打印明细"))
    for head in ("白森", "杜仁森", "斯琴高娃", "王䶮"):
        assert head in listed
    assert "布和" not in listed
    assert "在村北栽了五棵杨树" in details
    link = laptop.get_by_role("link", name="看公开网页").get_attribute("href")
    return f"{story.office.address}{link}"


def _object(story: Story, phone: Page, public: str, item: str, words: str) -> None:
    """A neighbour, unnamed, says of one line what is wrong; the number and the day are told."""
    phone.goto(public)
    expect(phone.get_by_text(f"一组 012 号 {MASKED}")).to_be_visible()
    assert not re.search("杜仁森|王䶮|斯琴高娃|白森", phone.content())
    expect(phone.locator("article img")).to_have_count(0)
    _fits(phone)
    phone.get_by_role("link", name=f"对一组 012 号的“{item}”提异议").click()
    phone.get_by_label("哪里不对").fill(words)
    _fits(phone)
    phone.get_by_role("button", name="提交").click()
    story.objections += 1
    expect(phone.get_by_text(f"第 {story.objections} 号", exact=True)).to_be_visible()
    due = clock.today() + timedelta(days=story.office.days_later + ANSWERED_WITHIN)
    expect(phone.get_by_text(f"最晚 {due} 答复")).to_be_visible()


def _answer(story: Story, laptop: Page, outcome: str, answer: str) -> None:
    """The supervisor looks into the last one and answers in writing."""
    number = story.objections
    story.open(laptop, "/objections")
    laptop.get_by_role("table").get_by_role("link").first.click()  # what waits stands first
    expect(laptop.get_by_role("heading", name=f"第 {number} 号异议")).to_be_visible()
    expect(laptop.get_by_text("没有留姓名")).to_be_visible()
    laptop.get_by_text(outcome, exact=True).click()
    laptop.get_by_label("书面答复").fill(answer)
    laptop.get_by_role("button", name="答复").click()
    expect(laptop.get_by_text(f"第 {number} 号异议已答复")).to_be_visible()


def _hang_correction(story: Story, laptop: Page) -> None:
    """The next notice says what was put right, and why."""
    story.open(laptop, "/notices/new")
    expect(laptop.get_by_text("一起登出的更正（1 条）")).to_be_visible()
    laptop.get_by_role("button", name="张榜").click()
    expect(laptop.get_by_text("第 2 期已张榜")).to_be_visible()
    expect(laptop.get_by_role("region", name="更正")).to_contain_text("那天确实没有出工")
    assert "只公示更正1项" in story.paper(laptop, "打印公示表")
    details = story.paper(laptop, "打印明细")
    for words in ("杜仁森", WORK, "那天确实没有出工"):
        assert words in details


def _all_is_right(story: Story) -> None:
    """One event for the notice, one for what was held, one that takes back; books that agree."""
    assert story.events(EventKind.POST_AWARDS) == [5, 1]
    assert story.events(EventKind.REVERSE) == [1]
    assert story.issued() == (13, 13)
    assert {label: story.points(label) for label in (DU, BAI, WANG, GAOWA, BUHE)} == {
        DU: 3,
        BAI: 3,
        WANG: 6,
        GAOWA: 1,
        BUHE: 0,
    }
    with after(story.office.days_later):
        assert story.codes() == []


def _line(page: Page, item: str, head: str) -> Locator:
    """A line of the public notice."""
    household = page.locator("section").filter(has=page.get_by_role("heading", name=head))
    return household.get_by_role("listitem").filter(has_text=item)


def _shown(picture: Locator) -> None:
    """The photo is really drawn, standing upright."""
    picture.scroll_into_view_if_needed()
    picture.evaluate("image => image.decode()")
    assert picture.evaluate("image => image.naturalWidth < image.naturalHeight")


def _fits(page: Page) -> None:
    """Nothing makes the phone's page scroll sideways."""
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
