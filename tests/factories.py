"""Rows for tests: plain functions with sensible defaults; they flush and return the row."""

import itertools
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from lstep_lite.engine import actions, messages, rich_menus, studio, surveys
from lstep_lite.engine.actions import saved
from lstep_lite.engine.rich_menus.documents import CELL
from lstep_lite.engine.surveys import SurveyForm
from lstep_lite.engine.surveys.documents import PAGE
from lstep_lite.engine.surveys.documents import elements as survey_questions
from lstep_lite.models import (
    Action,
    AnswerState,
    AutoReply,
    Broadcast,
    BroadcastVariant,
    Coupon,
    CouponState,
    Delivery,
    DeliveryState,
    Field,
    FieldOption,
    FieldType,
    Friend,
    Lane,
    LineMenu,
    LineMenuState,
    Mark,
    Matching,
    Media,
    MediaKind,
    MediaState,
    Origin,
    Pattern,
    Publication,
    PublicationState,
    Purpose,
    Reminder,
    ReminderMode,
    ReminderStep,
    RichMenu,
    Role,
    Scenario,
    ScenarioMode,
    ScenarioStep,
    ScenarioVersion,
    Schedule,
    Score,
    Sender,
    SharedValue,
    SharedValueType,
    Shop,
    Staff,
    StepKind,
    Survey,
    Tag,
    Tap,
    TapAnswer,
    Template,
    Tester,
    VersionState,
)
from lstep_lite.models.names import name_key

NOW = datetime(2026, 3, 5, 1, 0, tzinfo=UTC)
"""Thursday 5 March 2026, 10:00 in Tokyo."""

_numbers = itertools.count(1)


def a_friend(session: Session, **over: Any) -> Friend:
    number = next(_numbers)
    values: dict[str, Any] = {
        "code": f"code{number:08d}",
        "line_user_id": f"U{number:032x}",
        "origin": Origin.ADDED,
        "lot_number": number * 7919 % 2**31,
        "display_name": f"友だち{number}",
        "is_following": True,
        "follow_changed_at": NOW,
        "followed_at": NOW,
        "created_at": NOW,
    }
    return _kept(session, Friend(**values | over))


def a_staff(session: Session, **over: Any) -> Staff:
    number = next(_numbers)
    values: dict[str, Any] = {
        "name": f"スタッフ{number}",
        "email": f"staff{number}@example.com",
        "password_hash": "unused",
        "role": Role.OWNER,
        "created_at": NOW,
    }
    return _kept(session, Staff(**values | over))


def a_shop(session: Session, **over: Any) -> Shop:
    values: dict[str, Any] = {"id": 1, "name": "サロン花", "purpose": Purpose.SALON, "created_at": NOW}
    return _kept(session, Shop(**values | over))


def a_rule(session: Session, **over: Any) -> AutoReply:
    number = next(_numbers)
    values: dict[str, Any] = {
        "name": f"自動応答{number}",
        "position": number,
        "matching": Matching.KEYWORDS,
        "keywords": [{"text": f"言葉{number}", "match": "partial"}],
        "weekdays": [],
        "blocks": [{"kind": "text", "text": "お返事です"}],
        "created_at": NOW,
        "updated_at": NOW,
    }
    return _kept(session, AutoReply(**values | over))


def a_delivery(session: Session, friend: Friend, **over: Any) -> Delivery:
    """One that waits; its content is one text block unless *blocks* says otherwise."""
    blocks = over.pop("blocks", [{"kind": "text", "text": "[name]さん、こんにちは"}])
    values: dict[str, Any] = {
        "dedupe_key": f"test:{next(_numbers)}",
        "friend_id": friend.id,
        "content_id": messages.freeze(session, blocks, now=NOW).id,
        "lane": Lane.CHAT,
        "source": "chat",
        "source_label": "個別トーク",
        "due_at": NOW,
        "missed_after": NOW + timedelta(hours=1),
        "state": DeliveryState.WAITING,
        "created_at": NOW,
    }
    return _kept(session, Delivery(**values | over))


def a_score(session: Session, **over: Any) -> Score:
    number = next(_numbers)
    values: dict[str, Any] = {
        "name": f"スコア{number}",
        "word": over.get("name", f"スコア{number}"),
        "recent_days": 30,
        "position": number,
        "created_at": NOW,
        "updated_at": NOW,
    }
    return _kept(session, Score(**values | over))


def an_action(
    session: Session, *steps: dict[str, Any], name: str = "", repeats: bool = True, folder_id: int | None = None
) -> Action:
    """A saved action; a step is {"kind", "data"} and may have a "segment"."""
    kept = [{"id": f"s{number}", "segment": None} | step for number, step in enumerate(steps, 1)]
    name = name or f"アクション{next(_numbers)}"
    return saved.create(session, saved.ActionDraft(name, actions.SetDraft(kept, repeats), folder_id), now=NOW)


def a_schedule(session: Session, **over: Any) -> Schedule:
    """Daily at 12:00, for everybody, switched on; its next run is today's."""
    number = next(_numbers)
    values: dict[str, Any] = {
        "name": f"スケジュール{number}",
        "position": number,
        "is_on": True,
        "pattern": Pattern.DAILY,
        "params": {},
        "at_time": "12:00",
        "tree": {"all": [], "any": []},
        "due_at": NOW + timedelta(hours=2),
        "created_at": NOW,
        "updated_at": NOW,
    }
    return _kept(session, Schedule(**values | over))


def a_broadcast(session: Session, *blocks: Any, **over: Any) -> Broadcast:
    """A draft for everybody, to go out at once, that says 「お知らせ」 or *blocks*."""
    values: dict[str, Any] = {
        "name": f"一斉配信{next(_numbers)}",
        "tree": {"all": [], "any": []},
        "variants": [
            BroadcastVariant(position=0, percent=100, blocks=list(blocks) or [{"kind": "text", "text": "お知らせ"}])
        ],
        "created_at": NOW,
        "updated_at": NOW,
    }
    return _kept(session, Broadcast(**values | over))


def a_step(
    words: str = "", *, days: int = 0, at: str | None = None, minutes: int = 0, code: str = "", **over: Any
) -> dict[str, Any]:
    """What `a_scenario` makes a step of: says *words*; on day 0 without a time it is due at once."""
    blocks = [{"kind": "text", "text": words}] if words else []
    values = {"days": days, "at_time": at, "minutes": minutes, "name": "", "blocks": blocks, "kind": StepKind.MESSAGE}
    return values | ({"code": code} if code else {}) | over


def a_scenario(session: Session, *steps: dict[str, Any], **over: Any) -> Scenario:
    """Published with *steps* (or one that is due at once), on, by clock time."""
    number = next(_numbers)
    values: dict[str, Any] = {
        "name": f"シナリオ{number}",
        "position": number,
        "mode": ScenarioMode.CLOCK,
        "is_on": True,
        "created_at": NOW,
        "updated_at": NOW,
    }
    scenario: Scenario = _kept(session, Scenario(**values | over))
    published = {"number": 1, "state": VersionState.PUBLISHED, "created_at": NOW, "published_at": NOW}
    version: ScenarioVersion = _kept(session, ScenarioVersion(scenario_id=scenario.id, **published))
    for position, step in enumerate(steps or [a_step("こんにちは")], start=1):
        row = {"version_id": version.id, "position": position, "code": f"s{number}-{position}"}
        _kept(session, ScenarioStep(**row | step))
    if scenario.live_version_id is None:
        scenario.live_version_id = version.id
    session.flush()
    return scenario


def a_reminder(session: Session, *times: tuple[int, str] | int, **over: Any) -> Reminder:
    """One that is on; a step a time, (days from the goal, clock time) or minutes from it, whose text says it."""
    number = next(_numbers)
    values: dict[str, Any] = {
        "name": f"リマインダ{number}",
        "position": number,
        "mode": ReminderMode.CLOCK,
        "is_on": True,
        "created_at": NOW,
        "updated_at": NOW,
    }
    reminder: Reminder = _kept(session, Reminder(**values | over))
    for position, time in enumerate(times, 1):
        days, at_time, minutes = (*time, 0) if isinstance(time, tuple) else (0, None, time)
        text = f"{days} {at_time}" if at_time else str(minutes)
        blocks = [{"kind": "text", "text": text}]
        told = {"days": days, "at_time": at_time, "minutes": minutes, "timed_at": NOW - timedelta(days=365)}
        reminder.steps.append(ReminderStep(position=position, name="", blocks=blocks, **told))
    session.flush()
    return reminder


def a_tag(session: Session, **over: Any) -> Tag:
    number = next(_numbers)
    values: dict[str, Any] = {"name": f"タグ{number}", "position": number, "created_at": NOW, "updated_at": NOW}
    return _kept(session, Tag(**values | over))


def a_mark(session: Session, **over: Any) -> Mark:
    number = next(_numbers)
    values: dict[str, Any] = {"name": f"マーク{number}", "position": number, "created_at": NOW, "updated_at": NOW}
    return _kept(session, Mark(**values | over))


def a_field(session: Session, type: FieldType = FieldType.TEXT, /, *options: str, **over: Any) -> Field:
    """A field of this type, with these answers if it is a choice."""
    number = next(_numbers)
    values: dict[str, Any] = {
        "name": f"情報{number}",
        "word": f"情報{number}",
        "type": type,
        "position": number,
        "created_at": NOW,
        "updated_at": NOW,
    }
    field: Field = _kept(session, Field(**values | over))
    for position, label in enumerate(options, 1):
        _kept(session, FieldOption(field_id=field.id, label=label, position=position))
    return field


def a_shared_value(session: Session, type: SharedValueType = SharedValueType.TEXT, **over: Any) -> SharedValue:
    number = next(_numbers)
    values: dict[str, Any] = {
        "name": f"共通{number}",
        "word": f"共通{number}",
        "type": type,
        "position": number,
        "created_at": NOW,
        "updated_at": NOW,
    }
    return _kept(session, SharedValue(**values | over))


def a_media(session: Session, **over: Any) -> Media:
    """A stored picture of the library, as far as its row goes."""
    number = next(_numbers)
    values: dict[str, Any] = {
        "code": f"code-{number}",
        "kind": MediaKind.IMAGE,
        "state": MediaState.STORED,
        "name": f"画像{number}",
        "content_type": "image/jpeg",
        "size_bytes": 1000,
        "path": f"co/code-{number}",
        "preview_path": f"co/code-{number}.preview.jpg",
        "created_at": NOW,
    }
    values |= over
    return _kept(session, Media(name_key=name_key(values["name"] or ""), **values))


def a_coupon(session: Session, **over: Any) -> Coupon:
    """One of ours that friends can get now, any number of them, to be used once."""
    number = next(_numbers)
    values: dict[str, Any] = {
        "code": f"coupon-{number:08d}",
        "name": f"クーポン{number}",
        "title": "春のクーポン",
        "price_text": "500円OFF",
        "description": "",
        "conditions": "",
        "color": "#E8590C",
        "state": CouponState.OPEN,
        "uses_each": 1,
        "losing_text": "残念、はずれです",
        "common_code": "",
        "position": number,
        "created_at": NOW,
        "updated_at": NOW,
    }
    return _kept(session, Coupon(**values | over))


def a_template(session: Session, *blocks: Any, **over: Any) -> Template:
    """A template that is stored as it stands; more than one block make a pack. It has no taps."""
    values: dict[str, Any] = {
        "name": "春のお知らせ",
        "name_key": "春のお知らせ",
        "kind": blocks[0]["kind"] if len(blocks) == 1 else "pack",
        "position": 0,
        "blocks": list(blocks),
        "quick_replies": [],
        "again_text": "",
        "closed_text": "",
        "created_at": NOW,
        "updated_at": NOW,
    }
    return _kept(session, Template(**values | over))


def a_sender(session: Session, **over: Any) -> Sender:
    number = next(_numbers)
    return _kept(session, Sender(**{"name": f"送信者{number}", "position": number, "created_at": NOW} | over))


def a_tester(session: Session, friend: Friend) -> Friend:
    """*friend*, who gets test sends from now on."""
    _kept(session, Tester(friend_id=friend.id, created_at=NOW))
    return friend


def a_tap(session: Session, template: Template, **over: Any) -> Tap:
    """A choice that stands in the template, though its document does not say so."""
    number = next(_numbers)
    values: dict[str, Any] = {
        "code": f"tap{number:08d}",
        "owner": "messages",
        "owner_id": template.id,
        "owner_name": template.name,
        "label": f"選択肢{number}",
        "panel": "",
        "position": number,
        "is_counted": True,
        "is_live": True,
        "created_at": NOW,
    }
    return _kept(session, Tap(**values | over))


def an_answer(session: Session, tap: Tap, friend: Friend, **over: Any) -> TapAnswer:
    values: dict[str, Any] = {
        "occurrence": f"event{next(_numbers)}",
        "friend_id": friend.id,
        "tap_id": tap.id,
        "owner": tap.owner,
        "owner_id": tap.owner_id,
        "panel": tap.panel,
        "at": NOW,
        "state": AnswerState.TAKEN,
        "params": {},
    }
    return _kept(session, TapAnswer(**values | over))


def a_menu_tab(*texts: str, **over: Any) -> dict[str, Any]:
    """A tab with a button for each of *texts*, side by side, which says that text."""
    tab: dict[str, Any] = studio.fresh(rich_menus.INPUTS)["tabs"][0]
    width = 1000 // max(1, len(texts))
    tab["cells"] = [_a_cell(text, place * width, width) for place, text in enumerate(texts)]
    return tab | over


def _a_cell(text: str, x: int, width: int) -> dict[str, Any]:
    """A button of a menu from top to bottom."""
    cell = {"kind": "menu_cell", "id": studio.new_code(), **studio.fresh_inputs(CELL.inputs)}
    cell["lines"][0]["text"] = text
    tap = {"id": studio.new_code(), "do": "say", "text": text}
    return cell | {"label": text, "x": x, "width": width, "height": 1000, "tap": tap}


def a_rich_menu(session: Session, *tabs: dict[str, Any], **over: Any) -> RichMenu:
    """A menu that nobody sees yet."""
    number = next(_numbers)
    document = studio.fresh(rich_menus.INPUTS) | {"tabs": list(tabs) or [a_menu_tab("予約したい")]}
    values = {"name": f"メニュー{number}", "chat_bar_text": "メニュー", "is_open": True, "document": document}
    return rich_menus.create(session, rich_menus.Draft(**values | over), now=NOW)


def a_live_menu(session: Session, *tabs: dict[str, Any], **over: Any) -> RichMenu:
    """A menu as if LINE had all of it; no rows say what is there."""
    menu = a_rich_menu(session, *tabs, **over)
    rich_menus.go_live(session, menu, a_publication(session, menu), now=NOW)
    return menu


def a_shown_menu(session: Session, *tabs: dict[str, Any], line_ids: Sequence[str] = (), **over: Any) -> RichMenu:
    """A live menu with the rich menus that LINE has of it, one a tab; without *line_ids* LINE knows nothing of them."""
    menu = a_live_menu(session, *tabs, **over)
    made = iter(line_ids)
    for tab in rich_menus.tabs_of(session, menu):
        row = a_line_menu(session, menu, tab_code=tab.code, line_id=next(made, f"richmenu-{next(_numbers):032x}"))
        tab.line_menu_id, tab.aliased_line_id = row.id, row.line_id
    session.flush()  # the test asks the database
    return menu


def a_line_menu(session: Session, menu: RichMenu, **over: Any) -> LineMenu:
    """A rich menu that LINE has."""
    values: dict[str, Any] = {
        "menu_id": menu.id,
        "tab_code": menu.document["tabs"][0]["id"],
        "revision": menu.revision,
        "name": f"lstep-{next(_numbers)}",
        "body": {},
        "areas": [],
        "image_path": "",
        "content_type": "image/png",
        "digest": "",
        "state": LineMenuState.LIVE,
        "created_at": NOW,
    }
    return _kept(session, LineMenu(**values | over))


def a_publication(session: Session, menu: RichMenu, **over: Any) -> Publication:
    """The draft as it stands, brought to LINE."""
    values: dict[str, Any] = {
        "menu_id": menu.id,
        "revision": menu.revision,
        "document": menu.document,
        "chat_bar_text": menu.chat_bar_text,
        "is_open": menu.is_open,
        "state": PublicationState.DONE,
        "requested_at": NOW,
        "finished_at": NOW,
    }
    return _kept(session, Publication(**values | over))


def _kept(session: Session, row: Any) -> Any:
    session.add(row)
    session.flush()  # the test needs its id
    return row


def an_event(kind: str, user_id: str, *, at: datetime = NOW, **parts: Any) -> dict[str, Any]:
    """A webhook event of LINE; *parts* are its own properties, or replace those here."""
    number = next(_numbers)
    event: dict[str, Any] = {
        "type": kind,
        "mode": "active",
        "timestamp": int(at.timestamp() * 1000),
        "webhookEventId": f"01EVENT{number:019d}",
        "deliveryContext": {"isRedelivery": False},
        "source": {"type": "user", "userId": user_id},
    }
    if kind in ("follow", "message", "postback"):
        event["replyToken"] = f"{number:032x}"
    return event | parts


def a_text_event(user_id: str, text: str, *, at: datetime = NOW, message_id: str | None = None) -> dict[str, Any]:
    message = {"id": message_id or f"6{next(_numbers):017d}", "type": "text", "text": text, "quoteToken": "q"}
    return an_event("message", user_id, at=at, message=message)


def a_question(kind: str = "one_line", **over: Any) -> dict[str, Any]:
    """A question as a form's document has it, with the inputs that new ones of its kind have."""
    number = next(_numbers)
    element = next(each for each in survey_questions() if each.name == f"survey_{kind}")
    fresh = studio.fresh(element.inputs)
    shown = {"kind": element.name, "id": f"question-{number:08d}", "label": f"質問{number}"}
    return fresh | shown | over


def a_survey_choice(label: str, kind: str = "radio", **over: Any) -> dict[str, Any]:
    """A choice of a question."""
    plain = {"kind": f"survey_{kind}_choice", "id": f"choice-{next(_numbers):08d}", "label": label}
    return plain | {"is_other": False, "seats": 0, "score": 0} | over


def a_survey_page(*parts: dict[str, Any], **over: Any) -> dict[str, Any]:
    plain = {"kind": PAGE.name, "id": f"page-{next(_numbers):08d}", "title": "", "lead": "", "parts": list(parts)}
    return plain | {"jumps": [], "next": ""} | over


def a_survey(session: Session, *parts: dict[str, Any], **over: Any) -> Survey:
    """A form that takes answers, of one page with *parts*, or of *pages*."""
    number = next(_numbers)
    pages = over.pop("pages", None) or [a_survey_page(*(parts or [a_question()]))]
    document = {"pages": pages, "scoring": "none"} | over.pop("document", {})
    is_open, form = over.pop("is_open", True), SurveyForm(**{"name": f"フォーム{number}", "title": "アンケート"} | over)
    made = surveys.create(session, form, document, now=NOW)
    surveys.switch(session, made, is_open, now=NOW)
    session.flush()
    return made
