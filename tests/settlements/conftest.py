"""A village whose shop has goods on the shelf and whose households have points."""

from collections.abc import Iterator

import pytest

from moralbank.access.permissions import Role
from moralbank.villages.service import change_setting
from moralbank.villages.settings import PROOF_POINTS
from tests.counter.till import DU, SIQIN, WANG
from tests.settlements.desk import Desk
from tests.village import Town


@pytest.fixture
def desk(village: Town) -> Iterator[Desk]:
    """A desk on both engines; the books must be whole at the end."""
    made = furnished(village)
    yield made
    assert made.problems() == []


@pytest.fixture
def small_desk(hamlet: Town) -> Desk:
    """The same on SQLite alone."""
    return furnished(hamlet)


def furnished(town: Town) -> Desk:
    """Goods and points for a month."""
    made = Desk(town)
    made.do(change_setting, made.actor(Role.ADMIN), PROOF_POINTS, "0")
    made.stock(OIL_5L=20, RICE_5KG=20, SALT_400G=40, SOAP_126G=20)
    for label in (DU, WANG, SIQIN):
        made.give(label, 300)
    return made
