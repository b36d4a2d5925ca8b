"""The log as its reader finds it."""

import io
import json
import logging
from collections.abc import Callable, Iterator

import pytest

from moralbank import logs


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """All that is logged, at its most talkative; afterwards all is as before."""
    root, ours = logging.getLogger(), logging.getLogger("moralbank")
    before = (root.handlers[:], ours.level, logging.raiseExceptions)
    told = io.StringIO()
    logs.begin("DEBUG", stream=told)
    yield told
    for handler in [one for one in root.handlers if one not in before[0]]:
        root.removeHandler(handler)
        handler.close()
    ours.setLevel(before[1])
    logging.raiseExceptions = before[2]


@pytest.fixture
def lines(log: io.StringIO) -> Callable[[], list[dict[str, object]]]:
    """The lines of the log so far."""
    return lambda: [json.loads(line) for line in log.getvalue().splitlines()]
