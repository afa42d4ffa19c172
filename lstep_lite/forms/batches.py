"""Starting a batch: whom it is for, as the friend list sends it, and what must be chosen for it."""

import secrets
from typing import Any

from sqlalchemy.orm import Session
from wtforms import HiddenField, SelectField

from lstep_lite.engine.batches import Kind
from lstep_lite.engine.friends.audience import Audience
from lstep_lite.errors import DomainError
from lstep_lite.forms.base import Form, at_most, options
from lstep_lite.forms.friends import FriendSearchForm
from lstep_lite.forms.rows import Posted

OWN_FIELDS = ("csrf_token", "token", "choice", "planned")
"""Inputs of this form; all others say whom it is for, and go along from page to page."""
NOBODY_TICKED = "友だちリストで、対象にする方を選んでから、もう一度お試しください。"
NONE = "none"


def audience(session: Session, sent: Posted) -> Audience:
    """Whom the friend list means: the ticked friends (`id`), or with `everybody` all that its filters let through.

    Raises DomainError when nobody was ticked.
    """
    if not sent.get("everybody"):
        if not (ticked := _ids(sent.getlist("id"))):
            raise DomainError(NOBODY_TICKED)
        return Audience(ids=ticked)
    return FriendSearchForm(sent).audience(session)


def _ids(texts: list[str]) -> tuple[int, ...]:
    return tuple(dict.fromkeys(int(text) for text in texts if text.isascii() and text.isdigit() and len(text) <= 15))


def carried(sent: Posted) -> list[tuple[str, str]]:
    """The inputs to send along: what is to be done, and to whom."""
    return [(name, value) for name, value in sent.items(multi=True) if name not in OWN_FIELDS]


class BatchForm(Form):
    token = HiddenField(validators=[at_most(40)])
    """Drawn with the page: sending the form twice starts one batch."""
    planned = HiddenField()
    """The choice whose consequences the page has shown."""
    choice = SelectField("内容", validate_choice=False)

    def __init__(self, sent: Posted, kind: Kind, session: Session) -> None:
        super().__init__(sent)
        self._kind = kind
        self.token.data = self.token.data or secrets.token_hex(8)
        if kind.question is None:
            del self.choice
            return
        self.choice.label.text = kind.question.label
        self._offered = {NONE if key is None else str(key): words for key, words in kind.question.choices(session)}
        self.choice.choices = options({"": "選んでください"} | self._offered)

    @property
    def is_chosen(self) -> bool:
        return self._kind.question is None or self.choice.data in self._offered

    @property
    def is_planned(self) -> bool:
        """Whether the page has shown what is asked for now."""
        return self._kind.question is None or (self.is_chosen and self.planned.data == self.choice.data)

    @property
    def params(self) -> dict[str, Any]:
        """What the batch is told. Only once it is chosen."""
        if self._kind.question is None:
            return {}
        return {self._kind.question.name: None if self.choice.data == NONE else int(self.choice.data)}

    @property
    def label(self) -> str:
        """What lists call the batch."""
        if self._kind.question is None:
            return self._kind.label
        return f"{self._kind.label}：{self._offered[self.choice.data]}"
