"""Events."""

from collections.abc import Mapping, Sequence
from typing import Any

from wtforms import BooleanField, SelectField, StringField, TextAreaField

from lstep_lite.engine.reservations.events import COLOR, EventDraft
from lstep_lite.engine.reservations.events.keeping import LONGEST, LONGEST_NAME
from lstep_lite.forms.base import EditForm, at_most, options, required
from lstep_lite.forms.folders import NO_FOLDER, FolderField
from lstep_lite.forms.media import PictureField
from lstep_lite.forms.reservations.fields import number
from lstep_lite.forms.reservations.policies import OwnPolicyForm
from lstep_lite.models import Event, Folder, FriendLimit, SeatsShown

LIMITS = {
    FriendLimit.NONE: "制限しない",
    FriendLimit.EVENT_ONCE: "イベント全体で1回だけ",
    FriendLimit.SLOT_ONCE: "1つの回につき1回だけ",
    FriendLimit.SLOT_COUNT: "回ごとに回数を決める",
}
SEATS = {
    SeatsShown.NUMBER: "残りの席数を見せる（残り2席）",
    SeatsShown.MARK: "○・△・満席で見せる",
    SeatsShown.HIDDEN: "満席のときだけ知らせる",
}
WAITING = {
    "offer": "登録順にご案内し、返事を待つあいだ席を取っておく",
    "all": "待っている方みんなに知らせる（先着順）",
    "no": "受け付けない",
}
SAME = ("name", "title", "text", "place", "place_url", "color", "hides_full", "thanks_text", "most_party")


class EventForm(EditForm, OwnPolicyForm):
    name = StringField("管理用の名前", [required("あとで見分けられる名前を入力してください。"), at_most(LONGEST_NAME)])
    folder_id = FolderField()
    title = StringField(
        "お客様に見せる名前", [required("お客様に見せる名前を入力してください。"), at_most(LONGEST["title"])]
    )
    text = TextAreaField("説明", [at_most(LONGEST["text"])])
    media_id = PictureField("画像")
    color = StringField("ボタンの色", default=COLOR)
    place = StringField("場所", [at_most(LONGEST["place"])])
    place_url = StringField("地図のURL", [at_most(LONGEST["place_url"])])
    limit = SelectField("1人が予約できる回数", default=FriendLimit.NONE.value, choices=options(LIMITS))
    most_party = number("一度に申し込める人数", default=1)
    seats_shown = SelectField("残りの席の見せ方", default=SeatsShown.NUMBER.value, choices=options(SEATS))
    hides_full = BooleanField("満席の回を見せない")
    waiting = SelectField("キャンセル待ち", default="offer", choices=options(WAITING))
    thanks_text = TextAreaField("予約したあとに見せる文章", [at_most(LONGEST["thanks_text"])])

    @classmethod
    def of(cls, event: Event) -> "EventForm":
        data: dict[str, Any] = {name: getattr(event, name) for name in SAME}
        data |= {"limit": event.limit.value, "seats_shown": event.seats_shown.value, "waiting": _waiting(event)}
        data |= {"folder_id": event.folder_id or NO_FOLDER, "media_id": event.media_id or 0}
        return cls(data=data | cls.own_typed(event.policy))

    def offer(self, folders: Sequence[Folder], pictures: Mapping[int, str]) -> "EventForm":
        self.folder_id.offer(folders)
        self.media_id.offer(pictures)
        return self

    def draft(self) -> EventDraft:
        """Raises DomainError naming the field."""
        words = {name: self[name].data or "" for name in SAME if name not in ("hides_full", "most_party")}
        return EventDraft(
            **words,
            hides_full=self.hides_full.data,
            most_party=self.most_party.data or 0,
            media_id=self.media_id.media_id,
            folder_id=self.folder_id.folder_id,
            limit=FriendLimit(self.limit.data),
            seats_shown=SeatsShown(self.seats_shown.data),
            takes_waiting=self.waiting.data != "no",
            notifies_all=self.waiting.data == "all",
            policy=self.own_policy(),
        )


def _waiting(event: Event) -> str:
    if not event.takes_waiting:
        return "no"
    return "all" if event.notifies_all else "offer"
