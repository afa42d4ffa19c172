"""Broadcasts: to whom, what in which versions, when, and what happens then."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session
from wtforms import BooleanField, Field, IntegerField, RadioField, StringField
from wtforms.validators import NumberRange, Optional, ValidationError

from lstep_lite.engine import broadcasts
from lstep_lite.engine.broadcasts import LETTERS, BroadcastDraft, VariantDraft
from lstep_lite.engine.broadcasts.keeping import LONGEST_NAME
from lstep_lite.engine.rows import Values
from lstep_lite.engine.segments import Reach
from lstep_lite.errors import DomainError
from lstep_lite.forms import rows
from lstep_lite.forms.actions import ActionsField
from lstep_lite.forms.base import EditForm, at_most, options, required
from lstep_lite.forms.folders import NO_FOLDER, FolderField
from lstep_lite.forms.messages import BlocksField
from lstep_lite.forms.moments import MomentField, on_clock
from lstep_lite.forms.rows import Posted, Row
from lstep_lite.forms.segments import SegmentField
from lstep_lite.models import AudienceAt, Folder, WinnerBy

KIND = "version"
HUNDRED = 100
NOW, LATER = "now", "later"
NOBODY_WAITS = "none"
WHEN = {NOW: "今すぐ", LATER: "日時を決める"}
AUDIENCE_AT = {
    AudienceAt.SENDING: "送るとき（それまでに当てはまるようになった方にも送ります）",
    AudienceAt.BOOKING: "予約したとき（あとから当てはまった方には送りません）",
}
WINNER = {
    NOBODY_WAITS: "はじめから全員に送る",
    WinnerBy.TAPS.value: "一部の方に送り、よく押されたほうを残りの方に送る",
    WinnerBy.HAND.value: "一部の方に送り、自分で選んだほうを残りの方に送る",
}
AT_LEAST_ONE = NumberRange(1, message="1以上の数字で入力してください。")


class Version:
    """One version of the message, as it was typed."""

    def __init__(self, row: Row, blocks: BlocksField) -> None:
        self.row, self.blocks = row, blocks

    @property
    def percent(self) -> int:
        """0 while it is not a number."""
        text = self.row.one("percent")
        return int(text) if text.isascii() and text.isdigit() and len(text) <= 3 else 0

    @property
    def has_errors(self) -> bool:
        return bool(self.row.errors or self.blocks.errors)

    def draft(self) -> VariantDraft:
        return VariantDraft(self.blocks.data or [], self.percent)


class VersionsField(Field):
    """One to four versions of the message, rows with `percent` and `blocks`. Its data are VariantDrafts."""

    letters = LETTERS

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        self.errors, self.process_errors = (), []
        posted = formdata or _as_posted(self.name, data or [VariantDraft([])])
        found = rows.read(posted, self.name)[: len(LETTERS)]
        self.versions = [Version(row, self._blocks(row, posted)) for row in found or [_first_row(self.name)]]
        self._shown = _place(posted.get("shown", ""))
        if posted.get("op", "").startswith(f"{self.name}."):
            self._share()
        self.data = [version.draft() for version in self.versions]

    @property
    def is_trial(self) -> bool:
        return len(self.versions) > 1

    @property
    def is_full(self) -> bool:
        return len(self.versions) == len(LETTERS)

    @property
    def shown(self) -> int:
        """The place of the version that is looked at: the first in which something is wrong."""
        wrong = [place for place, version in enumerate(self.versions) if version.has_errors]
        return wrong[0] if wrong else min(self._shown, len(self.versions) - 1)

    def pre_validate(self, form: Any) -> None:
        for version in self.versions:
            version.blocks.validate(form)
        if wrong := [letter for letter, each in zip(LETTERS, self.versions, strict=False) if each.has_errors]:
            where = f"パターン{'・'.join(wrong)}の" if self.is_trial else ""
            raise ValidationError(f"{where}メッセージを確認してください。")

    def refuse(self, place: int, message: str) -> None:
        """Show what the engine says of one version's messages."""
        blocks = self.versions[place].blocks
        blocks.errors = [*blocks.errors, message]

    def in_words(self) -> str:
        """For the comparison of two people's changes."""
        return f"メッセージ{len(self.versions)}パターン（プレビューで確かめてください）"

    def _blocks(self, row: Row, posted: Posted) -> BlocksField:
        field: Any = BlocksField(
            "送るメッセージ",
            offers_senders=True,
            name=row.name("blocks"),
            id=row.id("blocks"),
            _form=None,
            _meta=self.meta,
        )
        field.process(posted)
        return field  # type: ignore[no-any-return]

    def _share(self) -> None:
        """After a version has come or gone: the same share for each of them, and the last one in sight."""
        share, rest = divmod(HUNDRED, len(self.versions))
        for place, version in enumerate(self.versions):
            texts = dict(version.row.values.texts) | {"percent": [str(share + (place < rest))]}
            version.row.values = Values(texts)
        self._shown = len(self.versions) - 1


def _first_row(path: str) -> Row:
    return Row(path, LETTERS[0].lower(), KIND, Values({"percent": [str(HUNDRED)]}))


def _as_posted(path: str, variants: Sequence[VariantDraft]) -> Posted:
    """Stored versions, as a browser would post them."""
    posted = Posted()
    for letter, variant in zip(LETTERS.lower(), variants, strict=False):
        blocks = json.dumps(list(variant.blocks), ensure_ascii=False)
        for name, text in rows.spread(path, letter, KIND, {"percent": [str(variant.percent)], "blocks": [blocks]}):
            posted.add(name, text)
    return posted


def _place(text: str) -> int:
    return LETTERS.index(text) if text and text in LETTERS else 0


class BroadcastForm(EditForm):
    name = StringField("名前", [required("あとで見分けられる名前を入力してください。"), at_most(LONGEST_NAME)])
    tree = SegmentField("絞り込み", reach=Reach.SEND)
    at_most = IntegerField("人数の上限（空なら全員）", [Optional(), AT_LEAST_ONE])
    audience_at = RadioField("送る相手をいつ決めるか", default=AudienceAt.SENDING.value, choices=options(AUDIENCE_AT))
    keeps_frequency = BooleanField("最近たくさん送った方を除く", default=True)
    versions = VersionsField("メッセージ")
    winner_by = RadioField("送り方", default=NOBODY_WAITS, choices=options(WINNER))
    winner_after_minutes = IntegerField("結果を比べるまでの時間（分）", [Optional(), AT_LEAST_ONE], default=60)
    when = RadioField("いつ送りますか", default=NOW, choices=options(WHEN))
    planned_at = MomentField("送る日時")
    per_minute = IntegerField("1分に送る人数（空なら、できるだけ速く）", [Optional(), AT_LEAST_ONE])
    actions = ActionsField("送ったあとのアクション", place=broadcasts.PLACE)
    folder_id = FolderField()

    @classmethod
    def of(cls, draft: BroadcastDraft, folders: Sequence[Folder], zone: ZoneInfo) -> "BroadcastForm":
        """The form of a draft, kept or new."""
        same = ("tree", "at_most", "keeps_frequency", "per_minute", "actions", "name")
        data: dict[str, Any] = {name: getattr(draft, name) for name in same}
        data |= {"audience_at": draft.audience_at.value, "folder_id": draft.folder_id or NO_FOLDER}
        data |= {"when": LATER if draft.planned_at else NOW, "planned_at": on_clock(draft.planned_at, zone)}
        data |= {"winner_by": draft.winner_by.value if draft.winner_by else NOBODY_WAITS}
        if draft.winner_after_minutes:
            data["winner_after_minutes"] = draft.winner_after_minutes
        form = cls(data=data | {"versions": draft.variants})
        form.folder_id.offer(folders)
        return form

    @classmethod
    def posted(cls, formdata: Posted, folders: Sequence[Folder]) -> "BroadcastForm":
        form = cls(formdata)
        form.folder_id.offer(folders)
        return form

    def draft(self, session: Session, zone: ZoneInfo) -> BroadcastDraft:
        """Raises DomainError naming the field."""
        waits = self.versions.is_trial and self.winner_by.data != NOBODY_WAITS
        return BroadcastDraft(
            name=self.name.data or "",
            variants=self.versions.data,
            tree=self.tree.draft(session),
            at_most=self.at_most.data,
            audience_at=AudienceAt(self.audience_at.data),
            planned_at=self._planned_at(zone),
            per_minute=self.per_minute.data,
            keeps_frequency=self.keeps_frequency.data,
            winner_by=WinnerBy(self.winner_by.data) if waits else None,
            winner_after_minutes=self.winner_after_minutes.data if waits else None,
            actions=self.actions.draft(session),
            folder_id=self.folder_id.folder_id,
        )

    def refuse(self, error: DomainError) -> None:
        """What the engine says of the messages or the shares stands at the versions."""
        name, _, place = (error.field or "").partition("-")
        if name == "blocks":
            self.versions.refuse(int(place), error.message)
            error = DomainError("メッセージを確認してください。", "versions")
        elif name == "percent":
            error = DomainError(error.message, "versions")
        super().refuse(error)

    def _planned_at(self, zone: ZoneInfo) -> datetime | None:
        if self.when.data == NOW:
            return None
        if (moment := self.planned_at.moment(zone)) is None:
            raise DomainError("送る日時を入力してください。", "planned_at")
        return moment
