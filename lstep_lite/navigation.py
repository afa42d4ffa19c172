"""The navigation of the whole product, in order. An entry appears once its endpoint exists and one may use it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import current_app, g, request, url_for

from lstep_lite import auth
from lstep_lite.engine import staff as staff_engine


@dataclass(frozen=True)
class Entry:
    label: str
    icon: str
    endpoint: str
    pages: tuple[str, ...] = ()
    """Further blueprints whose pages belong to it."""

    @property
    def is_shown(self) -> bool:
        if self.endpoint not in current_app.view_functions:
            return False
        permission = auth.permission_of(self.endpoint)
        return permission is not None and staff_engine.may(g.staff, permission)

    @property
    def is_current(self) -> bool:
        return request.blueprint in (self.endpoint.partition(".")[0], *self.pages)


@dataclass(frozen=True)
class Group:
    label: str
    icon: str
    entries: tuple[Entry, ...]

    @property
    def shown(self) -> list[Entry]:
        return [entry for entry in self.entries if entry.is_shown]

    @property
    def is_current(self) -> bool:
        return any(entry.is_current for entry in self.entries)


RICH_MENU_PAGES = (
    "rich_menu_designs",
    "rich_menu_leaving",
    "rich_menu_periods",
    "rich_menu_publications",
    "rich_menu_rules",
    "rich_menu_settings",
    "rich_menu_strays",
    "rich_menu_taps",
)
SURVEY_PAGES = ("survey_answers", "survey_corrections", "survey_reports", "survey_settings")
DAY_PAGES = ("reservation_overviews", "reservation_prints", "phone_bookings")
BOOKING_PAGES = (
    "reservation_approvals",
    "reservation_changes",
    "reservation_endings",
    "reservation_exports",
    "reservation_reasons",
    "reservation_visits",
)
COURSE_PAGES = ("course_options", "reservation_ticket_kinds")
CUSTOMER_PAGES = ("reservation_doubles", "reservation_karte", "reservation_tickets")
EVENT_PAGES = ("event_slots", "event_participants", "event_questions")
RESERVATION_PAGES = ("reservation_hours", "pools", "closures", "reservation_setup", "calendar_links", "calendar_feeds")
BOOKING_MESSAGE_PAGES = ("reservation_rules", "reservation_actions", "reservation_trials")
GROUPS = (
    Group("ホーム", "home", (Entry("ホーム", "home", "home.index"),)),
    Group("トーク", "message-circle", (Entry("トーク", "message-circle", "chat.index"),)),
    Group(
        "友だち",
        "users",
        (
            Entry("友だちリスト", "users", "friends.index"),
            Entry("タグ", "tag", "tags.index"),
            Entry("友だち情報欄", "list-details", "fields.index"),
            Entry("対応マーク", "flag", "marks.index"),
            Entry("スコア", "chart-line", "scores.index"),
            Entry("カスタム検索", "filter", "segments.index"),
            Entry("一括処理", "stack-2", "batches.index"),
        ),
    ),
    Group(
        "予約",
        "calendar",
        (
            Entry("今日の予約", "calendar-event", "reservation_board.index", DAY_PAGES),
            Entry("予約一覧", "list-check", "reservations.index", BOOKING_PAGES),
            Entry("キャンセル待ち", "hourglass", "waiting_list.index"),
            Entry("予約のお客様", "address-book", "reservation_customers.index", CUSTOMER_PAGES),
            Entry("カレンダー", "calendar-month", "booking_pages.index", ("booking_questions",)),
            Entry("イベント", "ticket", "reservation_events.index", EVENT_PAGES),
            Entry("メニュー", "list-details", "courses.index", COURSE_PAGES),
            Entry("スタッフ・シフト", "users-group", "providers.index", ("shifts",)),
            Entry("予約の集計", "chart-bar", "reservation_numbers.index"),
            Entry("予約のお知らせ", "bell", "reservation_messages.index", BOOKING_MESSAGE_PAGES),
            Entry("予約の設定", "adjustments", "reservation_settings.edit", RESERVATION_PAGES),
        ),
    ),
    Group(
        "配信",
        "send",
        (
            Entry("シナリオ", "route", "scenarios.index", ("scenario_steps", "enrolments")),
            Entry("一斉配信", "speakerphone", "broadcasts.index"),
            Entry("リマインダ", "alarm", "reminders.index"),
            Entry("試運転", "test-pipe", "rehearsals.new"),
            Entry("配信カレンダー", "calendar-month", "outlook.index"),
            Entry("自動応答", "robot", "auto_replies.index"),
            Entry("友だち追加時設定", "user-plus", "greetings.index"),
            Entry("配信予定・送信ログ", "history", "deliveries.index"),
        ),
    ),
    Group(
        "コンテンツ",
        "files",
        (
            Entry("テンプレート", "template", "messages.index"),
            Entry("リッチメニュー", "layout-bottombar", "rich_menus.index", RICH_MENU_PAGES),
            Entry("回答フォーム", "forms", "surveys.index", SURVEY_PAGES),
            Entry("クーポン", "ticket", "coupons.index"),
            Entry("メディア", "photo", "media.index"),
            Entry("共通情報", "variable", "shared_values.index"),
        ),
    ),
    Group(
        "自動化",
        "bolt",
        (Entry("アクション", "bolt", "actions.index"), Entry("スケジュール", "calendar-event", "schedules.index")),
    ),
    Group(
        "設定",
        "settings",
        (
            Entry("LINE接続", "plug-connected", "settings.index"),
            Entry("お店の設定", "building-store", "shop.edit"),
            Entry("営業日・祝日", "calendar-event", "business_days.index"),
            Entry("配信のきまり", "adjustments", "sending_rules.edit"),
            Entry("受信できなかった通知", "mail-exclamation", "intake.index"),
            Entry("スタッフ", "id-badge-2", "staff.index"),
            Entry("通知", "bell", "notifications.index"),
            Entry("データ（CSV）", "table-export", "transfers.index"),
            Entry("アカウント", "user-circle", "account.show"),
            Entry("このソフトについて", "info-circle", "about.show"),
        ),
    ),
)

BOTTOM_BAR = ("home.index", "chat.index", "reservation_board.index", "friends.index")
"""What the phone's bottom bar offers beside メニュー."""


def groups() -> list[Group]:
    return [group for group in GROUPS if group.shown]


def bottom_bar() -> Iterator[tuple[Group, Entry]]:
    """Each as the group it stands for, and the page it leads to."""
    found = {entry.endpoint: (group, entry) for group in GROUPS for entry in group.entries}
    return (found[name] for name in BOTTOM_BAR if found[name][1].is_shown)


def label(feature: str) -> str:
    """What the list of *feature* is called."""
    return next(entry.label for group in GROUPS for entry in group.entries if entry.endpoint == f"{feature}.index")


def is_shown(endpoint: str) -> bool:
    return any(entry.is_shown for group in GROUPS for entry in group.entries if entry.endpoint == endpoint)


RESERVATION_VIEWS = (
    ("day", "日", "reservation_board.index"),
    ("week", "週", "reservation_overviews.week_show"),
    ("month", "月", "reservation_overviews.month_show"),
    ("list", "一覧", "reservations.index"),
    ("print", "印刷", "reservation_prints.show"),
)
"""The ways of looking at bookings: key, words, endpoint."""


def reservation_views(day: date | None) -> list[tuple[str, str, str]]:
    """They as items of ui.tabs, around *day*; without one, around today."""
    return [(key, words, url_for(endpoint, **_around(key, day))) for key, words, endpoint in RESERVATION_VIEWS]


def _around(key: str, day: date | None) -> dict[str, Any]:
    if day is None or key == "list":
        return {}
    return {"month": f"{day:%Y-%m}"} if key == "month" else {"date": day.isoformat()}
