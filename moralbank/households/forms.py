"""Forms of households, their members and roster files."""

from typing import Final

from wtforms import BooleanField, FileField, RadioField

from moralbank.errors import Invalid
from moralbank.forms import AtMost, BaseForm, Required, TextField, WholeNumberField
from moralbank.households.models import HouseholdStatus
from moralbank.households.queries import HouseholdInfo, MemberInfo
from moralbank.households.service import EditHousehold, NewHousehold, NewMember
from moralbank.i18n import _, mark

STATUS_LABELS: Final = {
    HouseholdStatus.ACTIVE: mark("在本村"),
    HouseholdStatus.MOVED: mark("已迁出"),
}


class _HouseholdForm(BaseForm):
    """What every household has."""

    head = TextField(mark("户主姓名"), [Required(), AtMost(40)])
    telephone = TextField(mark("联系电话"), [AtMost(30)])
    people = WholeNumberField(mark("家庭人口"))
    address = TextField(mark("住址"), [AtMost(80)])
    note = TextField(mark("备注"), [AtMost(80)])
    consent = BooleanField(mark("同意姓名上榜"), default=True)


class NewHouseholdForm(_HouseholdForm):
    """A household that is not on the list yet."""

    group = TextField(mark("小组"), [Required(), AtMost(20)])
    number = TextField(mark("户号"), [Required(), AtMost(12)])

    def command(self) -> NewHousehold:
        """The household as the service takes it."""
        return NewHousehold(**self.data)


class EditHouseholdForm(_HouseholdForm):
    """A household whose group and number stay."""

    status = RadioField(mark("状态"), [Required()], coerce=HouseholdStatus)

    def offer_statuses(self) -> None:
        """Fill in the choices."""
        self.status.choices = [(status, _(label)) for status, label in STATUS_LABELS.items()]

    def show(self, info: HouseholdInfo) -> None:
        """Fill in what is known."""
        self.process(obj=info)

    def command(self) -> EditHousehold:
        """The household as the service takes it."""
        return EditHousehold(**self.data)


class MemberForm(BaseForm):
    """A person of a household."""

    name = TextField(mark("姓名"), [Required(), AtMost(40)])
    relation = TextField(mark("与户主的关系"), [AtMost(12)], default="")
    minor = BooleanField(mark("未成年（姓名不上榜）"))

    def show(self, info: MemberInfo) -> None:
        """Fill in what is known."""
        self.process(obj=info)

    def command(self) -> NewMember:
        """The person as the service takes it."""
        return NewMember(**self.data)


class RosterForm(BaseForm):
    """A roster's file; the file itself is read from the request."""

    roster = FileField(mark("花名册文件"), [Required()])


class PortraitForm(BaseForm):
    """A photo of the house or its head, and that they agreed to it."""

    photos = FileField(mark("照片"))
    consent = BooleanField(mark("这一户同意放这张照片"))


class NotSure(Invalid):
    """Whoever proposes an erasure says that it can't be undone."""

    text = mark("请先勾上：抹去以后不能恢复")
    code = "not_sure"


class EraseForm(BaseForm):
    """That somebody knows what erasing a household means."""

    sure = BooleanField(mark("我已和这一户核对过，知道抹去以后不能恢复"))

    def require_sure(self) -> None:
        """Raise NotSure unless it was ticked."""
        if not self.sure.data:
            raise NotSure(field="sure")
