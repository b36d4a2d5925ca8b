"""The audit of dependencies fails on a known vulnerability, and on nothing else."""

import json

import pytest

from tests.house.vulnerabilities import verdict

SOUND = {"name": "flask", "version": "3.1.3", "vulns": []}
SKIPPED = {"name": "click", "skip_reason": "Dependency not found on PyPI and could not be audited"}
HOLED = {
    "name": "pillow",
    "version": "1.0",
    "vulns": [{"id": "PYSEC-2026-1", "fix_versions": ["1.1"], "aliases": [], "description": "…"}],
}


@pytest.mark.parametrize(
    ("found", "code", "word"),
    [
        ([SOUND], 0, "no known vulnerability"),
        ([SOUND, SKIPPED], 0, "1 of 2"),
        ([SKIPPED], 0, "0 of 1"),
        ([SOUND, SKIPPED, HOLED], 1, "pillow 1.0: PYSEC-2026-1, mended in 1.1"),
    ],
)
def test_a_report_is_judged(found: list[dict[str, object]], code: int, word: str) -> None:
    said = verdict(json.dumps({"dependencies": found, "fixes": []}))
    assert said[0] == code
    assert word in said[1]


def test_without_a_network_nothing_fails() -> None:
    for nothing in ("", "ERROR:pip_audit: connection refused", "[]"):
        assert verdict(nothing) == (0, "dependencies could not be audited: no answer")
