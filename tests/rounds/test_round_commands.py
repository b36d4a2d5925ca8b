"""`moralbank rounds`: the same as the pages."""

import json
from pathlib import Path

from moralbank.access.permissions import Role
from tests.rounds.walk import DU, WANG, Walk
from tests.terminal import Terminal
from tests.village import STAFF, VILLAGE_ID, Town

ADMIN, GRID = STAFF[Role.ADMIN], STAFF[Role.GRID]


def test_a_round_from_the_command_line(village: Town, terminal: Terminal, tmp_path: Path) -> None:
    opening = ("rounds", "new", "11月评比", "--item", "拾金不昧", "--choices")
    assert "不能给 9 分" in terminal.run(*opening, "优=9 差=0", who=ADMIN, expect=1)
    assert "没有“王五”" in terminal.run(
        *opening, "优=5 差=0", "--scorer", "王五", who=ADMIN, expect=1
    )
    terminal.run(*opening, "优=5 差=0", who=GRID, expect=1)
    said = terminal.run(
        *opening, "优=5 良=3 合格=0", "--group", "一组", "--scorer", GRID, who=ADMIN
    )
    assert "第 1 次评比已开始" in said
    walk = Walk(village, round_id=1)
    operations = [walk.op(DU, 5), walk.op(WANG, 5)]
    kept = {
        "kind": "moralbank-round",
        "village": VILLAGE_ID,
        "round": 1,
        "user": walk.user(Role.GRID),
    }
    backup = tmp_path / "评比.json"
    backup.write_text(json.dumps({**kept, "operations": operations}), "utf-8")
    said = terminal.run("rounds", "import-backup", "1", str(backup), who=ADMIN)
    assert "收下 1 条" in said
    assert "1 条没收：这一户不在这次评比的小组里" in said
    again = terminal.run("rounds", "import-backup", "1", str(backup), who=ADMIN)
    assert "收下 0 条（其中 0 条与别人不一致），1 条早已收到" in again
    assert "已评 1/3，不一致 0 处" in terminal.run("rounds", "show", "1", who=ADMIN)
    terminal.run("rounds", "form", "1", str(tmp_path / "表.pdf"), who=ADMIN)
    assert (tmp_path / "表.pdf").read_bytes().startswith(b"%PDF")
    assert "还有 2 户没评" in terminal.run("rounds", "close", "1", who=ADMIN, expect=1)
    said = terminal.run("rounds", "close", "1", "--unscored-too", who=ADMIN)
    assert "记 1 条，共 5 分" in said
    assert "评比已结束" in terminal.run("rounds", "close", "1", who=ADMIN, expect=1)
    (row,) = json.loads(terminal.run("rounds", "list", "--json", who=ADMIN))
    assert (row["open"], row["scored"], row["households"]) == (False, 1, 3)
    terminal.run("rounds", "show", "7", who=ADMIN, expect=1)
    terminal.run("check", who=ADMIN)
