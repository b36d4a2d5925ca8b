"""Reading a roster's file: any common table format, known by the headings of rosters."""

from moralbank.households.headings import HEADINGS
from moralbank.tables.cells import Table
from moralbank.tables.files import read_table as read_any_table


def read_table(content: bytes, filename: str) -> Table:
    """The roster's sheet out of an uploaded file; raises what `tables.files.read_table` does."""
    return read_any_table(content, filename, HEADINGS)
