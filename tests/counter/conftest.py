"""A village with goods on the shelf."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy import event

from tests.counter.till import Till
from tests.village import Town


@pytest.fixture
def till(village: Town) -> Iterator[Till]:
    """A counter with ten of some goods; the books must be whole at the end."""
    yield from _opened(village)


@pytest.fixture
def booth(hamlet: Town) -> Iterator[Till]:
    """The same on SQLite alone, for rules that touch no rows in their own way."""
    yield from _opened(hamlet)


def _opened(town: Town) -> Iterator[Till]:
    made = Till(town)
    made.stock(OIL_5L=10, RICE_5KG=10, NOODLE_1KG=10, SALT_400G=10, SOAP_126G=10)
    yield made
    assert made.problems() == []


@pytest.fixture
def count_statements(app: Flask) -> Callable[[Callable[[], object]], int]:
    """How many statements an act at the pages takes."""
    made: list[str] = []
    engine = app.extensions["moralbank"].engine

    def note(*arguments: object) -> None:
        made.append(str(arguments[2]))

    def count(act: Callable[[], object]) -> int:
        made.clear()
        event.listen(engine, "before_cursor_execute", note)
        try:
            act()
        finally:
            event.remove(engine, "before_cursor_execute", note)
        return len(made)

    return count
