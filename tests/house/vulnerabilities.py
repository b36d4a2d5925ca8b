"""Known vulnerabilities of what is installed: `python -m tests.house.vulnerabilities`.

`make lint` runs it. It fails where pip-audit knows of one, and only then: without a network, or
behind a mirror that keeps no such list, it says that nothing could be looked up and lets go on.
"""

import json
import subprocess
import sys
from typing import Final

PATIENCE: Final = 20
"""Seconds: nobody waits longer for a list on the way to the tests."""
AUDIT: Final = (
    sys.executable,
    *("-m", "pip_audit", "--progress-spinner", "off", "--format", "json", "--timeout", "5"),
)


def verdict(report: str) -> tuple[int, str]:
    """The exit code for pip-audit's report, and what is said of it; "" where there is none."""
    try:
        found = json.loads(report)["dependencies"]
    except (ValueError, KeyError, TypeError):
        return 0, "dependencies could not be audited: no answer"
    known = [
        f"{one['name']} {one['version']}: {fault['id']}, mended in "
        f"{', '.join(fault['fix_versions']) or 'no version yet'}"
        for one in found
        for fault in one.get("vulns", ())
    ]
    if known:
        return 1, "\n".join(["known vulnerabilities:", *known])
    audited = sum("skip_reason" not in one for one in found)
    if audited < len(found):
        return 0, f"{audited} of {len(found)} dependencies audited: the others could not be"
    return 0, f"{audited} dependencies audited, no known vulnerability"


def main() -> int:
    """Ask, and say what came of it."""
    try:
        done = subprocess.run(AUDIT, capture_output=True, text=True, check=False, timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        done = None
    code, words = verdict(done.stdout if done else "")
    print(words)  # noqa: T201 - this is what it is for
    return code


if __name__ == "__main__":
    sys.exit(main())
