"""What a line of the trail tells besides who and what: its subject and details, in words."""

import re
from collections.abc import Mapping
from typing import Any, Final

from moralbank.access.permissions import ROLE_LABELS
from moralbank.i18n import _, clauses, listed, mark
from moralbank.money import yuan
from moralbank.villages.queries import SETTING_CHANGED
from moralbank.villages.settings import SETTINGS

_NOTHING: Final[tuple[Any, ...]] = (None, "", [], {})
_NUMBERS: Final = re.compile(r"[0-9]+(?: [0-9]+)*")
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_FEN: Final = "_fen"
"""How keys end whose values are amounts of money."""
_EDITS: Final = ("edit", "change")
"""How acts end whose details are pairs: what stood before, what stands now."""
_NOW: Final = " → "
_FEW: Final = 6
"""So many fields are told one by one."""

_KEYS: Final = {
    "active": mark("上架"),
    "added": mark("添加"),
    "address": mark("住址"),
    "after": mark("改为"),
    "alone": mark("没有第二个人"),
    "amount_fen": mark("金额"),
    "award": mark("积分记录"),
    "awards": mark("积分记录"),
    "back": mark("退回"),
    "before": mark("原来"),
    "barcode": mark("条码"),
    "begins": mark("从哪天起"),
    "books": mark("存折"),
    "bytes": mark("字节"),
    "category": mark("类别"),
    "changed": mark("改动"),
    "changes": mark("改动"),
    "close": mark("第几号日结"),
    "consent": mark("同意上榜"),
    "contact": mark("联系人"),
    "contract_until": mark("合同到期"),
    "corrects": mark("更正第几期"),
    "cost_fen": mark("进价"),
    "counted": mark("盘点数"),
    "counted_fen": mark("点到的钱"),
    "counted_slips": mark("点到的单子"),
    "day": mark("日期"),
    "deed": mark("事迹"),
    "differences": mark("盈亏"),
    "digest": mark("指纹"),
    "door": mark("门牌"),
    "due_fen": mark("应付"),
    "faces": mark("张数"),
    "fen_per_point": mark("一分值"),
    "field": mark("哪一项"),
    "file": mark("文件"),
    "first": mark("从"),
    "group": mark("小组"),
    "groups": mark("小组"),
    "head": mark("户主"),
    "held_on": mark("开会日期"),
    "hidden": mark("收起"),
    "household": mark("住户"),
    "households": mark("住户"),
    "how": mark("印法"),
    "ink": mark("颜色"),
    "issue": mark("第几期"),
    "item": mark("项目"),
    "keeps_months": mark("保留几个月"),
    "kind": mark("种类"),
    "known": mark("登录过的设备"),
    "labels": mark("户号"),
    "last": mark("到"),
    "leaves": mark("迁走"),
    "limit_period": mark("限兑周期"),
    "limit_pieces": mark("每户限兑"),
    "lines": mark("行"),
    "low_at": mark("进货线"),
    "made_at": mark("什么时候做的"),
    "mark": mark("账尾"),
    "member": mark("家庭成员"),
    "minor": mark("未成年"),
    "minutes": mark("锁几分钟"),
    "month": mark("月份"),
    "name": mark("名称"),
    "names": mark("姓名"),
    "needed": mark("要几票"),
    "new": mark("新的"),
    "note": mark("说明"),
    "notice": mark("公示"),
    "number": mark("编号"),
    "office": mark("单位"),
    "old": mark("旧的"),
    "on_from": mark("开始供应"),
    "on_until": mark("供应到"),
    "operations": mark("记录"),
    "out_of": mark("从几条里"),
    "outcome": mark("结果"),
    "paid_fen": mark("实付"),
    "party": mark("对方"),
    "people": mark("人"),
    "period": mark("时期"),
    "photo": mark("照片"),
    "photos": mark("照片"),
    "pieces": mark("张数"),
    "points": mark("积分"),
    "present": mark("到会"),
    "price_fen": mark("价格"),
    "products": mark("商品"),
    "quantities": mark("数量"),
    "reason": mark("理由"),
    "receipt": mark("进货单"),
    "relation": mark("与户主关系"),
    "replaced": mark("换下的"),
    "reset": mark("恢复原样"),
    "resolution": mark("依据"),
    "role": mark("岗位"),
    "round": mark("评比"),
    "rows": mark("行数"),
    "same": mark("没有变的"),
    "scorer": mark("打分的人"),
    "seal": mark("指纹"),
    "sealed": mark("加了密"),
    "seconded_by": mark("第二个人"),
    "seed": mark("抽签种子"),
    "seq": mark("总账号"),
    "shop": mark("店铺"),
    "size": mark("尺寸"),
    "skip": mark("空几张"),
    "skipped": mark("跳过的"),
    "slip": mark("兑换单"),
    "slug": mark("哪个榜"),
    "spec": mark("规格"),
    "status": mark("状态"),
    "stock": mark("卡纸"),
    "supplier": mark("供货商"),
    "telephone": mark("联系电话"),
    "tie": mark("回避"),
    "tries": mark("连错几次"),
    "unit": mark("单位"),
    "unknown": mark("没有这个用户名"),
    "until": mark("期限"),
    "valid_from": mark("从哪天起"),
    "way": mark("方式"),
    "why": mark("原因"),
    "words": mark("内容"),
}
_VALUES: Final = {
    **{role.value: label for role, label in ROLE_LABELS.items()},
    "active": mark("在本村"),
    "booklet": mark("整本"),
    "changed": mark("改分"),
    "continue": mark("接着印"),
    "dismissed": mark("不成立"),
    "kin": mark("亲属家"),
    "moved": mark("已迁出"),
    "not_your_part": mark("不是他的岗位"),
    "own": mark("自己家"),
    "page": mark("网页"),
    "paper": mark("书面"),
    "person": mark("当面"),
    "phone": mark("电话"),
    "refill": mark("续页"),
    "upheld": mark("成立"),
    "village": mark("村办"),
    "whole": mark("全部"),
}


def subject_words(act: str, subject: str) -> str:
    """Whom or what it was about: numbers alone as numbers, settings by their labels."""
    if act == SETTING_CHANGED and subject in SETTINGS:
        return _(SETTINGS[subject].label)
    if _NUMBERS.fullmatch(subject):
        return _("第 %(n)s 号", n=listed(subject.split()))
    return subject


def detail_words(
    act: str, detail: Mapping[str, Any], people: Mapping[int, str]
) -> list[tuple[str, str]]:
    """What a line tells besides, as (what, value); `people` are the village's users by number."""
    between = _NOW if act.endswith(_EDITS) else _("、")
    told = {key: value for key, value in detail.items() if value not in _NOTHING}
    if "seconded_by" in told:
        told["seconded_by"] = people.get(told["seconded_by"], told["seconded_by"])
    return [(_label(key), _value(key, value, between)) for key, value in told.items()]


def one_line(told: list[tuple[str, str]]) -> str:
    """What `detail_words` tells, as it stands in one cell of a list."""
    return clauses(_("%(what)s：%(value)s", what=what, value=value) for what, value in told)


def _value(key: str, value: Any, between: str) -> str:
    """What stands on one line: names and numbers as they are; of anything larger, how much."""
    if isinstance(value, dict) and len(value) <= _FEW:
        return listed(f"{_label(name)} {_value(name, one, _NOW)}" for name, one in value.items())
    if isinstance(value, dict) or (isinstance(value, list) and not _tellable(value, between)):
        return _("%(n)s 项", n=len(value))
    if isinstance(value, list) and between != _NOW and all(type(one) is int for one in value):
        return between.join(_ranges(value))
    if isinstance(value, list):
        return between.join(_one(key, one) for one in value)
    return _one(key, value)


def _label(key: str) -> str:
    return _(_KEYS[key]) if key in _KEYS else key


def _tellable(value: list[Any], between: str) -> bool:
    nested = any(isinstance(one, list | dict) for one in value)
    return not nested and (between != _NOW or len(value) == len(("before", "now")))


def _one(key: str, value: Any) -> str:
    if value in _NOTHING:
        return _("（空）")
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if (key.endswith(_FEN) or key == "fen_per_point") and str(value).isdecimal():
        return _("%(n)s 元", n=yuan(int(value)))
    return _plain(value) if isinstance(value, str) else str(value)


def _ranges(numbers: list[int]) -> list[str]:
    """Numbers as they follow each other: 7, 8, 9, 12 as 7–9 and 12."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return [f"{run[0]}–{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs]


def _plain(value: str) -> str:
    if value in _VALUES:
        return _(_VALUES[value])
    return f"{value[:8]}…" if _DIGEST.fullmatch(value) else value
