"""Forms of signing in, passwords, users, their groups and the households they may not judge."""

from collections.abc import Iterable

from sqlmodel import Session
from wtforms import HiddenField, PasswordField, RadioField, SelectMultipleField
from wtforms.validators import ValidationError

from moralbank.access.models import TieKind
from moralbank.access.permissions import ROLE_LABELS, VILLAGE_ROLES, Role
from moralbank.access.queries import SeveralHouseholds, household_meant
from moralbank.access.service import LONGEST_TIE_WORDS
from moralbank.forms import AtMost, BaseForm, Required, TextField
from moralbank.households.queries import HouseholdInfo
from moralbank.i18n import _, mark


class SignInForm(BaseForm):
    """Name and password."""

    name = TextField(mark("用户名"), [Required(), AtMost(20)])
    password = PasswordField(mark("密码"), [Required(), AtMost(128)])


class CodeForm(BaseForm):
    """The six digits of an authenticator app."""

    code = TextField(mark("验证码"), [Required(), AtMost(12)])


class SecondFactorForm(CodeForm):
    """Switching the second factor on or off: the digits, and one's password."""

    present = PasswordField(mark("现在的密码"), [Required(), AtMost(128)])


class PasswordForm(BaseForm):
    """One's own password."""

    present = PasswordField(mark("现在的密码"), [Required(), AtMost(128)])
    new = PasswordField(mark("新密码"), [Required(), AtMost(128)])
    again = PasswordField(mark("再输一遍新密码"), [Required(), AtMost(128)])

    def validate_again(self, field: PasswordField) -> None:
        """The two must be the same."""
        if field.data != self.new.data:
            raise ValidationError(_("两次输入的新密码不一样"))


class UserForm(BaseForm):
    """A new user."""

    name = TextField(mark("用户名"), [Required(), AtMost(20)])
    role = RadioField(mark("岗位"), [Required()], coerce=Role, validate_choice=True)
    password = PasswordField(mark("初始密码"), [Required(), AtMost(128)])

    def offer_roles(self) -> None:
        """Fill in the roles to choose from."""
        self.role.choices = [(role, _(ROLE_LABELS[role])) for role in VILLAGE_ROLES]


class GroupsForm(BaseForm):
    """The groups that a grid worker looks after."""

    groups = SelectMultipleField(mark("负责的小组"), coerce=int)

    def offer_groups(self, groups: Iterable[tuple[int, str]]) -> None:
        """Fill in the groups to tick, as (number, name)."""
        self.groups.choices = list(groups)


class TieForm(BaseForm):
    """A household that somebody may not judge, found by what was typed.

    Where that fits several, they are offered as `household_id`; `offered` is what was typed then,
    so that a household typed anew isn't taken for the one ticked before.
    """

    household = TextField(mark("哪一户"), [Required(), AtMost(40)])
    offered = HiddenField()
    household_id = RadioField(mark("是哪一户"), coerce=int, choices=[], validate_choice=False)
    kind = RadioField(mark("什么关系"), [Required()], coerce=TieKind, default=TieKind.KIN)
    words = TextField(mark("怎么称呼"), [AtMost(LONGEST_TIE_WORDS)])

    def offer_kinds(self) -> None:
        """Fill in the kinds to choose from."""
        self.kind.choices = [(TieKind.KIN, _("亲属家")), (TieKind.OWN, _("自己家"))]

    def meant(self, session: Session, village_id: int) -> HouseholdInfo:
        """The household; raises HouseholdNotNamed, or SeveralHouseholds, which are then offered."""
        try:
            return household_meant(session, village_id, self.household.data)
        except SeveralHouseholds as several:
            for one in several.found:
                same = self.offered.data == self.household.data
                if same and one.id == self.household_id.data:
                    return one
            self._offer(several.found)
            raise

    def _offer(self, found: list[HouseholdInfo]) -> None:
        self.offered.data = self.household.data
        self.household_id.choices = [(one.id, f"{one.head}　{one.spoken}") for one in found]
