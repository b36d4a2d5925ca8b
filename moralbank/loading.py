"""Loading the program: its modules, tables and routes are no garbage, so none is looked for."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_garbage() -> Iterator[None]:
    """Load inside the block without looking for garbage: that took a sixth of the start."""
    looked = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if looked:
            gc.enable()


def loaded_for_good() -> None:
    """Never look again at what is there now: for a server that has loaded all and begins."""
    gc.collect()
    gc.freeze()
