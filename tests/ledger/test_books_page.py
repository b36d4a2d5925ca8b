"""The page of the books: what was given out is all accounted for."""

import re
from collections.abc import Callable
from datetime import timedelta

from moralbank import clock
from moralbank.access.permissions import Role
from tests.counter.till import DU, SIQIN, WANG, Till
from tests.fund.purse import Purse
from tests.notices.wall import after
from tests.village import Browser, Town


def _told(browser: Browser) -> list[int]:
    """The figures of the line that adds up."""
    page = browser.open("/ledger")
    found = re.search(r"累计发放 ([\d,]+) 分 = ([^<]*)</p>", page)
    assert found, page
    figures = [found[1], *re.findall(r"[\d,]+(?= 分)", found[2])]
    return [int(one.replace(",", "")) for one in figures]


def test_what_was_given_out_is_held_exchanged_or_lapsed(
    village: Town, browse: Callable[[Role], Browser]
) -> None:
    till, purse = Till(village), Purse(village)
    till.stock(SALT_400G=9, NOODLE_1KG=9)
    till.give(DU, 900)
    till.give(WANG, 330)
    supervisor = browse(Role.SUPERVISOR)
    assert _told(supervisor) == [1230, 1230, 0, 0]
    slip = till.redeem(DU, SALT_400G=2, NOODLE_1KG=1)
    used = slip.points_used
    assert _told(supervisor) == [1230, 1230 - used, used, 0]
    back = till.refund(slip.id, 1).points_back
    assert back > 0
    assert _told(supervisor) == [1230, 1230 - used + back, used - back, 0]
    purse.rule(clock.today() + timedelta(days=60))
    with after(60):
        purse.lapse()
        till.give(SIQIN, 8)
        supervisor = browse(Role.SUPERVISOR)
        lapsed = 1230 - used + back
        assert _told(supervisor) == [1238, 8, used - back, lapsed]
    assert purse.codes() == []
