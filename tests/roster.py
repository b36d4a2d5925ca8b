"""A household roster as village offices keep them, made anew for tests: 256 rows, six groups."""

import io
import random
from typing import Final

import xlsxwriter

GROUPS: Final = {"一组": 43, "二组": 43, "三组": 43, "四组": 43, "五组": 42, "六组": 42}
NAMED: Final = {
    ("一组", 12): "杜仁森",
    ("二组", 7): "斯琴高娃",
    ("二组", 14): "司马玉珍",
    ("六组", 31): "文义",
    ("六组", 42): "王䶮",
}
_SURNAMES: Final = "白崔钱张袁林马钟阎高姚吴吕邓宋顾刘余许史龙常秦徐赵"
_GIVEN: Final = "云瑞春红孝娟德义仁森凤和广忠梅志柱军礼福全利满安霞桂"


def roster_256() -> bytes:
    """An .xlsx with two title rows, a header, and telephone numbers that Excel made floats."""
    chance = random.Random(2026)  # noqa: S311 - names, not secrets
    content = io.BytesIO()
    book = xlsxwriter.Workbook(content, {"in_memory": True})
    sheet = book.add_worksheet("户籍花名册")
    sheet.write(0, 0, "羊圈湾村户籍花名册")
    sheet.write(1, 0, "填表日期：2026年10月   填表人：村委会")
    heads = ["序号", "小组", "户号", "户主姓名", "家庭人口", "联系电话", "住址", "备注"]
    sheet.write_row(2, 0, heads)
    row = 3
    for group, count in GROUPS.items():
        for number in range(1, count + 1):
            name = NAMED.get((group, number)) or (
                chance.choice(_SURNAMES) + "".join(chance.sample(_GIVEN, 2))
            )
            telephone = float(13000000000 + chance.randrange(10**9))
            people, note = chance.randint(1, 6), chance.choice(["", "", "党员户", "外出务工"])
            cells = [row - 2, group, f"{number:03d}", name, people, telephone, f"羊圈湾村{group}"]
            sheet.write_row(row, 0, [*cells, note])
            row += 1
    book.close()
    return content.getvalue()
