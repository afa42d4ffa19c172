"""Signing in."""

from wtforms import EmailField, PasswordField

from lstep_lite.forms.base import Form, required


class SignInForm(Form):
    email = EmailField("メールアドレス", [required("メールアドレスを入力してください。")])
    password = PasswordField("パスワード", [required("パスワードを入力してください。")])
