"""Where templates, static files and seeds are: in the wheel's package, else in the checkout.

A wheel carries the three folders inside the package; an editable install keeps them at the
repository root, where a copy inside the package would go stale.
"""

from pathlib import Path
from typing import Final

PACKAGE: Final = Path(__file__).resolve().parent


def _folder(name: str) -> Path:
    inside = PACKAGE / name
    return inside if inside.is_dir() else PACKAGE.parent / name


TEMPLATES: Final = _folder("templates")
STATIC: Final = _folder("static")
SEEDS: Final = _folder("seeds")
