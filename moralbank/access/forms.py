"""Forms of signing in, passwords and users."""

from wtforms import PasswordField, RadioField
from wtforms.validators import ValidationError

from moralbank.access.permissions import ROLE_LABELS, Role
from moralbank.forms import AtMost, BaseForm, Required, TextField
from moralbank.i18n import _, mark


class SignInForm(BaseForm):
    """Name and password."""

    name = TextField(mark("用户名"), [Required(), AtMost(20)])
    password = PasswordField(mark("密码"), [Required(), AtMost(128)])


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
        self.role.choices = [(role, _(label)) for role, label in ROLE_LABELS.items()]
