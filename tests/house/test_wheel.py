"""The wheel carries everything, and shows a village from an empty folder."""

import os
import re
import subprocess
import sys
import urllib.request
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from moralbank.demo.material import material
from moralbank.demo.service import staff_of
from moralbank.paths import PACKAGE
from tests.browser.conftest import free_port, wait_for


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built and unpacked as an installer would; its folder comes first on the path."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation"]
    subprocess.run([*build, "-w", str(folder), str(PACKAGE.parent)], check=True, timeout=120)
    [wheel] = folder.glob("moralbank-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def _environment(installed: Path) -> dict[str, str]:
    ours = {name: value for name, value in os.environ.items() if "MORALBANK" not in name}
    return {**ours, "PYTHONPATH": str(installed), "PYTHONUNBUFFERED": "1"}


def test_the_wheel_carries_pages_seeds_and_fonts(installed: Path) -> None:
    carried = installed / "moralbank"
    for name in (
        "templates/base.html",
        "static/app.css",
        "seeds/scheme.toml",
        "seeds/boards.toml",
        "locale/en.po",
        "printing/fonts/kai.ttf",
        "migrations/versions/0001_first_tables.py",
        "migrations/script.py.mako",
    ):
        assert (carried / name).is_file(), name
    assert not list(installed.rglob("*.db"))


@pytest.fixture
def demo(installed: Path, tmp_path: Path) -> Iterator[tuple[str, str]]:
    """`moralbank demo` in an empty folder: its address, and all it said before serving."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "moralbank", "demo", "--small", "--no-browser", "--port", str(port)],
        cwd=tmp_path,
        env=_environment(installed),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    said = ""
    for line in process.stdout:
        said += line
        if str(port) in line:
            break
    wait_for(port, process)
    yield f"http://127.0.0.1:{port}", said
    process.terminate()
    process.wait(10)
    process.stdout.close()


def test_the_wheel_shows_a_village_from_an_empty_folder(
    installed: Path, demo: tuple[str, str], tmp_path: Path
) -> None:
    address, said = demo
    passwords = re.findall(r"用户名 \S+，密码 (\S+)", said)
    assert len(set(passwords)) == len(staff_of(material())), said
    assert (tmp_path / "instance" / "demo" / "moralbank.db").is_file()
    with urllib.request.urlopen(f"{address}/sign-in", timeout=5) as answer:  # noqa: S310
        page = answer.read().decode()
    assert "演示" in page
    style = re.search(r'href="(/static/app\.css[^"]*)"', page)
    assert style is not None
    with urllib.request.urlopen(address + style[1], timeout=5) as answer:  # noqa: S310
        assert answer.status == 200
    arguments = [sys.executable, "-m", "moralbank", "--instance", str(tmp_path / "instance/demo")]
    done = subprocess.run(
        [*arguments, "check"],
        cwd=tmp_path,
        env=_environment(installed),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert "账目无误" in done.stdout, done.stdout + done.stderr
