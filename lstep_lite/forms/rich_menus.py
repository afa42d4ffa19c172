"""Menus: what the editor says, and when they are shown."""

from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session
from wtforms import BooleanField, RadioField, SelectField, StringField
from wtforms.validators import ValidationError

from lstep_lite.engine.rich_menus import Draft, Refused
from lstep_lite.engine.rich_menus.keeping import LONGEST_NAME
from lstep_lite.engine.rich_menus.periods import Period
from lstep_lite.engine.rich_menus.showing.rules import RuleDraft
from lstep_lite.engine.segments import Reach
from lstep_lite.engine.studio import Data, Problem
from lstep_lite.errors import DomainError
from lstep_lite.forms.base import EditForm, Form, at_most, options, required, row_id
from lstep_lite.forms.folders import NO_FOLDER, FolderField
from lstep_lite.forms.messages import DocumentField
from lstep_lite.forms.moments import MomentField, on_clock
from lstep_lite.forms.segments import SegmentField
from lstep_lite.models import Folder, MenuMode, MenuRule, MenuSettings, RichMenu

BAR_TEXT = "メニュー"
NO_MENU = 0
"""Where none of the menus is meant."""


class MenuDocumentField(DocumentField):
    """What the composer puts together."""

    def in_words(self) -> str:
        return "画像とボタン（下の編集画面で確かめてください）"


class RichMenuForm(EditForm):
    name = StringField("管理用の名前", [required("あとで見分けられる名前を入力してください。"), at_most(LONGEST_NAME)])
    folder_id = FolderField()
    chat_bar_text = StringField(
        "メニューバーの文字", [required("メニューバーの文字を入力してください。")], default=BAR_TEXT
    )
    is_open = BooleanField("トークを開いたとき、メニューも開いておく", default=True)
    document = MenuDocumentField("画像とボタン")

    def __init__(self, formdata: Any = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(formdata, *args, **kwargs)
        self.problems: Sequence[Problem] = ()
        """What is wrong inside the document, after a refusal."""

    @classmethod
    def of(cls, menu: RichMenu) -> "RichMenuForm":
        same = ("name", "chat_bar_text", "is_open", "document")
        data = {name: getattr(menu, name) for name in same} | {"folder_id": menu.folder_id or NO_FOLDER}
        return cls(data=data)

    @classmethod
    def beginning(cls, document: Data, *, name: str = "", folder_id: int = NO_FOLDER) -> "RichMenuForm":
        return cls(data={"document": document, "name": name, "folder_id": folder_id})

    def offer(self, folders: Sequence[Folder]) -> "RichMenuForm":
        self.folder_id.offer(folders)
        return self

    def draft(self) -> Draft:
        return Draft(
            name=self.name.data or "",
            chat_bar_text=self.chat_bar_text.data or "",
            is_open=self.is_open.data,
            document=self.document.data,
            folder_id=self.folder_id.folder_id,
        )

    def refuse(self, error: DomainError) -> None:
        if isinstance(error, Refused):
            self.problems = error.problems
        super().refuse(error)


class MenuField(SelectField):
    """One of the menus, or something else that *nothing* says in words; give it the menus with `offer`."""

    def __init__(self, label: str, nothing: str, **kwargs: Any) -> None:
        self._nothing, self._is_gone = nothing, False
        super().__init__(label, coerce=row_id, default=NO_MENU, choices=options({str(NO_MENU): nothing}), **kwargs)

    def offer(self, menus: Sequence[RichMenu]) -> None:
        named = {str(NO_MENU): self._nothing} | {str(menu.id): _named(menu) for menu in menus}
        self._is_gone = self.data is not None and str(self.data) not in named
        self.choices = options(named | ({str(self.data): "削除されたメニュー"} if self._is_gone else {}))

    def post_validate(self, form: Any, validation_stopped: bool) -> None:
        if self._is_gone:
            raise ValidationError("選んだメニューは削除されています。選び直してください。")

    @property
    def menu_id(self) -> int | None:
        return self.data or None


def _named(menu: RichMenu) -> str:
    return menu.name if menu.live_revision else f"{menu.name}（まだ公開していません）"


class PeriodForm(EditForm):
    shows_from = MomentField("始まり")
    shows_until = MomentField("終わり")
    is_default_meanwhile = BooleanField("期間中は全員に表示する")
    next_menu_id = MenuField("期間のあとのメニュー", "既定のメニューに戻す")

    @classmethod
    def of(cls, menu: RichMenu, zone: ZoneInfo) -> "PeriodForm":
        moments = {name: on_clock(getattr(menu, name), zone) for name in ("shows_from", "shows_until")}
        more = {"is_default_meanwhile": menu.is_default_meanwhile, "next_menu_id": menu.next_menu_id or NO_MENU}
        return cls(data=moments | more)

    def offer(self, others: Sequence[RichMenu]) -> "PeriodForm":
        self.next_menu_id.offer(others)
        return self

    def period(self, zone: ZoneInfo) -> Period:
        return Period(
            shows_from=self.shows_from.moment(zone),
            shows_until=self.shows_until.moment(zone),
            is_default_meanwhile=self.is_default_meanwhile.data,
            next_menu_id=self.next_menu_id.menu_id,
        )


MODES = {
    MenuMode.ACTIONS: "アクションとスタッフが決める",
    MenuMode.RULES: "ルールで自動的に決める",
}


class DefaultForm(EditForm):
    menu_id = MenuField("既定のメニュー", "表示しない")

    @classmethod
    def of(cls, settings: MenuSettings) -> "DefaultForm":
        return cls(data={"menu_id": settings.default_menu_id or NO_MENU})

    def offer(self, menus: Sequence[RichMenu]) -> "DefaultForm":
        self.menu_id.offer(menus)
        return self


class ModeForm(EditForm):
    mode = RadioField("決め方", default=MenuMode.ACTIONS.value, choices=options(MODES))

    @classmethod
    def of(cls, settings: MenuSettings) -> "ModeForm":
        return cls(data={"mode": settings.mode.value})


class RuleForm(EditForm):
    is_on = BooleanField("このルールを使う", default=True)
    tree = SegmentField("条件", reach=Reach.LIST)
    menu_id = MenuField("見せるメニュー", "既定のメニュー")

    @classmethod
    def of(cls, rule: MenuRule) -> "RuleForm":
        return cls(data={"is_on": rule.is_on, "tree": rule.tree, "menu_id": rule.menu_id or NO_MENU})

    def offer(self, menus: Sequence[RichMenu]) -> "RuleForm":
        self.menu_id.offer(menus)
        return self

    def draft(self, session: Session) -> RuleDraft:
        """Raises DomainError naming the field."""
        return RuleDraft(self.tree.draft(session), self.menu_id.menu_id, self.is_on.data)


class LeavingForm(Form):
    """Asking once more before all menus are taken away."""

    is_sure = BooleanField(
        "お客様の画面からメニューがなくなることを確認しました", [required("確認の印を付けてください。")]
    )
