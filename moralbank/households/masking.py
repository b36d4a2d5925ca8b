"""Names that aren't to be read whole: the surname, and 某某 for the rest."""

from typing import Final

# The compound surnames that are still borne; all others are of one character.
_COMPOUND: Final = frozenset(
    {
        *("欧阳", "上官", "司马", "司徒", "司空", "诸葛", "尉迟", "皇甫", "公孙", "慕容", "长孙"),
        *("宇文", "鲜于", "夏侯", "东方", "南宫", "万俟", "闻人", "赫连", "澹台", "濮阳", "申屠"),
        *("令狐", "轩辕", "端木", "呼延", "东郭", "西门", "拓跋", "钟离", "淳于", "单于", "太史"),
        *("公羊", "宗政", "公冶", "仲孙", "闾丘", "百里", "独孤", "纳兰", "完颜", "第五", "即墨"),
    }
)
_MASK: Final = "某某"
ERASED: Final = "已注销"
"""The name of whoever was erased from the village's books (`households/erasing.py`)."""


def surname(name: str) -> str:
    """The surname: 杜 of 杜仁森, 司马 of 司马玉珍. Of a name of two characters it is the first."""
    length = 2 if name[:2] in _COMPOUND and len(name) > 2 else 1  # noqa: PLR2004
    return name[:length]


def masked(name: str) -> str:
    """A name whose owner asked not to be named, as boards show it: 杜某某, 司马某某."""
    if name == ERASED:
        return name
    return f"{surname(name)}{_MASK}"


def is_masked(name: str) -> bool:
    """Whether a name is one that `masked` gave."""
    return name.endswith(_MASK)
