"""A roster comes in by the command line."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from moralbank import cli
from moralbank.access.permissions import Role
from moralbank.households.workbook import read_table
from tests.households.imported import KNOWN, NEW, books
from tests.households.rosters import (
    ROWS,
    household,
    roster,
    village_roster,
    workbook,
)
from tests.village import STAFF, Town


@pytest.fixture
def run(village: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """The command line over the village's database, done by 王秀兰; gives back the exit code."""
    url = village.database.engine.url.render_as_string(hide_password=False)
    monkeypatch.setenv("MORALBANK_DATABASE_URL", url)

    def call(*arguments: str, who: str = STAFF[Role.ADMIN]) -> int:
        with pytest.raises(SystemExit) as leaving:
            cli.main(["--instance", str(tmp_path), "--as", who, "households", *arguments])
        assert isinstance(leaving.value.code, int)
        return leaving.value.code

    return call


def test_a_village_is_imported_by_command_and_a_second_time_changes_nothing(
    village: Town, tmp_path: Path, run: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    before, file = books(village), tmp_path / "花名册.xlsx"
    file.write_bytes(village_roster())
    assert run("import", str(file)) == 0
    assert (
        f"共 {ROWS} 行：新增 {NEW}，更新 {KNOWN}，没有变化 0，有错误 0" in capsys.readouterr().out
    )
    assert books(village) == before
    assert run("import", str(file), "--commit") == 0
    assert f"新增 {NEW} 户，更新 {KNOWN} 户，跳过 0 行" in capsys.readouterr().out
    after = books(village)
    assert (after.events, after.households) == (before.events + 1, before.households + NEW)
    assert run("import", str(file), "--commit") == 0
    assert f"新增 0，更新 0，没有变化 {ROWS}，有错误 0" in capsys.readouterr().out
    assert books(village) == after


def test_the_command_points_out_a_name_that_no_font_can_write(
    tmp_path: Path, run: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "花名册.xlsx"
    file.write_bytes(roster(household("三组", 9, "杜\U0003fffd")))
    assert run("import", str(file)) == 0
    assert "姓名里的“\U0003fffd”字体里没有，纸上会印成□和拼音" in capsys.readouterr().out


def test_the_command_shows_errors_and_keeps_to_what_it_was_told(
    village: Town, tmp_path: Path, run: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    before, file = books(village), tmp_path / "花名册.xlsx"
    file.write_bytes(
        roster(household("三组", 1, "敖登格日勒"), household("三组", 2, "李红", telephone="123"))
    )
    assert run("import", str(file)) == 0
    assert "第 5 行 三组-002 李红：联系电话：不是一个完整的电话号码" in capsys.readouterr().out
    assert run("import", str(file), "--commit") == 1
    assert "有 1 行有错，这次没有导入任何内容" in capsys.readouterr().err
    assert books(village) == before
    copy = tmp_path / "out" / "核对.xlsx"
    assert run("import", str(file), "--commit", "--skip-errors", "--marked-copy", str(copy)) == 0
    assert "新增 1 户，更新 0 户，跳过 1 行" in capsys.readouterr().out
    assert village.household("三组-001").head == "敖登格日勒"
    assert books(village).households == before.households + 1
    last = read_table(copy.read_bytes(), copy.name).rows[-1]
    assert last[-2:] == ("有错误", "联系电话：不是一个完整的电话号码")


def test_the_command_refuses_other_files_and_other_roles(
    village: Town, tmp_path: Path, run: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    before, file = books(village), tmp_path / "花名册.xlsx"
    file.write_bytes(b"%PDF-1.7 not a table")
    assert run("import", str(file), "--commit") == 1
    assert "PDF 文档，不是表格" in capsys.readouterr().err
    file.write_bytes(workbook([("姓氏", "年龄"), ("王", 3)]))
    assert run("import", str(file), "--commit") == 1
    assert "表头缺少：小组、户号、户主姓名" in capsys.readouterr().err
    file.write_bytes(village_roster())
    assert run("import", str(file), "--commit", who=STAFF[Role.RECORDER]) == 1
    assert "请管理员来办" in capsys.readouterr().err.replace("由", "")
    assert run("import", str(tmp_path / "没有.xlsx")) == 2
    assert books(village) == before


def test_the_command_lists_households(
    run: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("list", "--search", "drs", "--json") == 0
    (found,) = json.loads(capsys.readouterr().out)
    assert (found["label"], found["head"], found["status"]) == ("一组-012", "杜仁森", "active")
    assert run("list", "--group", "六组") == 0
    shown = capsys.readouterr().out
    assert "王䶮" in shown
    assert "杜仁森" not in shown
    assert run("list", "--group", "九组") == 1
    assert "没有“九组”这个小组。本村有：一组、二组、六组" in capsys.readouterr().err
