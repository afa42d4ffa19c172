"""People who sign in: their names, passwords and roles."""

import re

from wtforms import EmailField, PasswordField, RadioField, SelectField, StringField
from wtforms.validators import EqualTo, ValidationError

from lstep_lite.forms.base import EditForm, Form, at_most, options, required
from lstep_lite.models import Role

ROLES = {
    Role.OWNER: "オーナー",
    Role.ADMIN: "管理者",
    Role.OPERATOR: "運用者",
    Role.STAFF: "スタッフ",
}
DUTIES = {
    Role.OWNER: "すべての操作ができます。オーナーを増やしたり、外したりできるのはオーナーだけです。",
    Role.ADMIN: "すべての設定と、スタッフの招待ができます。",
    Role.OPERATOR: "トーク・友だち・あいさつ・自動応答を扱い、送信ログを見られます。",
    Role.STAFF: "トークと友だちを扱えます。設定は変えられません。",
}
EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
ADVICE = "10文字以上。覚えやすい言葉をいくつか並べると、強くて忘れにくくなります。"


def email_shape(form: Form, field: EmailField) -> None:
    if not EMAIL.fullmatch(field.data or ""):
        raise ValidationError("メールアドレスの形が正しくありません。「名前@example.com」のように入力してください。")


def email_field() -> EmailField:
    return EmailField(
        "メールアドレス",
        [required("メールアドレスを入力してください。"), at_most(254), email_shape],
        render_kw={"autocomplete": "username"},
    )


def new_password_field() -> PasswordField:
    return PasswordField(
        "パスワード",
        [required("パスワードを入力してください。"), at_most(200)],
        description=ADVICE,
        render_kw={"autocomplete": "new-password"},
    )


def repeated_password_field() -> PasswordField:
    return PasswordField(
        "パスワード（もう一度）",
        [required("同じパスワードをもう一度入力してください。"), EqualTo("password", "2つのパスワードが違います。")],
        render_kw={"autocomplete": "new-password"},
    )


class AccountForm(Form):
    name = StringField("お名前", [required("お名前を入力してください。"), at_most(100)])
    email = email_field()


class JoinForm(AccountForm):
    """What somebody who was invited fills in."""

    password = new_password_field()
    repeated_password = repeated_password_field()


class NewPasswordForm(Form):
    password = new_password_field()
    repeated_password = repeated_password_field()


class PasswordForm(NewPasswordForm):
    current_password = PasswordField(
        "今のパスワード",
        [required("今のパスワードを入力してください。")],
        render_kw={"autocomplete": "current-password"},
    )


class InviteForm(Form):
    role = RadioField("役割", default=Role.STAFF.value, choices=options(ROLES))

    def chosen(self) -> Role:
        return Role(self.role.data)


class RoleForm(EditForm):
    role = SelectField("役割", choices=options(ROLES))

    def chosen(self) -> Role:
        return Role(self.role.data)
