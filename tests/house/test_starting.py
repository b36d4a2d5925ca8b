"""What only few need is loaded when it is used: a fresh interpreter tells."""

import subprocess
import sys
from pathlib import Path

from moralbank.bench.starting import ONLY_WHEN_USED

_OPENED = """
import sys
from pathlib import Path
from moralbank.app import create_app
from moralbank.config import Settings
client = create_app(Settings(Path(sys.argv[1]), "sqlite:///:memory:")).test_client()
client.get("/sign-in")
print(*{name.partition(".")[0] for name in sys.modules})
"""


def test_a_page_loads_nothing_that_prints_reads_pictures_or_changes_tables(tmp_path: Path) -> None:
    command = [sys.executable, "-c", _OPENED, str(tmp_path)]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    loaded = set(told.split())
    assert {"flask", "sqlmodel", "moralbank"} <= loaded
    assert not loaded & ONLY_WHEN_USED
