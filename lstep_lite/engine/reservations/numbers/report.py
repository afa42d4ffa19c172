"""All numbers of a scope, as tables in the words of the page."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from sqlalchemy.orm import Session

from lstep_lite.engine import settings
from lstep_lite.engine.reservations.availability.days import day_in_words
from lstep_lite.engine.reservations.numbers import coming, earning, returning, working
from lstep_lite.engine.reservations.numbers.coming import Coming
from lstep_lite.engine.reservations.numbers.earning import Earned
from lstep_lite.engine.reservations.numbers.returning import Cohort
from lstep_lite.engine.reservations.numbers.scopes import Scope, percent
from lstep_lite.engine.reservations.numbers.tables import Row, Table, shares
from lstep_lite.engine.reservations.numbers.working import Load, Working
from lstep_lite.engine.text import WEEKDAYS
from lstep_lite.models import BookedBy, CancelledBy

MEANINGS = {
    "bookings": "確定した予約の数です（来店済み・無断キャンセルを含み、キャンセル・お断り・承認待ちは含みません）。",
    "working": "予約で施術している時間 ÷ シフトの時間（休憩を除く）です。準備・片付けと放置の時間は数えません。"
    "これからの日は、いま入っている予約で数えます。",
    "returning": "その月に初めて来店した方のうち、90日以内にもう一度来店した方の割合です。"
    "90日がまだ過ぎていない月は出しません。",
    "nomination": "担当者を指名した予約 ÷ 担当者のいる予約です。",
    "providers": "会計済みの予約に記入した金額の合計です。",
    "menu": "会計済みの金額を、予約したときの料金の割合でメニューに分けたものです。端数は四捨五入します。",
    "lead": "予約した時から来店までの時間です。中央値は、短い順に並べたときの真ん中です。直接の来店は含みません。",
    "ways": "確定した予約が、どこから入ったかです。",
    "weekdays": "確定した予約の数です。24時を過ぎた予約は、前の日の営業として数えます。",
    "no_show": "無断キャンセル ÷（来店済み＋無断キャンセル）です。",
    "late": "直前キャンセル ÷（来店済み＋無断キャンセル＋直前キャンセル）です。",
    "cancelled": "キャンセルになった予約です。お店の返事の前に取り下げたお申し込みは、数えません。",
}
WAYS = {
    BookedBy.LINE: "LINE",
    BookedBy.PHONE: "電話",
    BookedBy.WALK_IN: "直接の来店",
    BookedBy.WEB: "ウェブ",
    BookedBy.AUTOMATION: "自動",
}
STEPS = ("24時間以内", "1〜2日前", "3〜6日前", "7〜13日前", "14〜29日前", "30日以上前")
NO_REASON = "理由の記入なし"
MOST_REASONS = 30


@dataclass(frozen=True)
class Report:
    scope: Scope
    working: Working
    coming: Coming
    cohorts: Sequence[Cohort]
    providers: Sequence[Earned]
    menu: Sequence[Earned]

    @property
    def earned(self) -> int:
        return sum(each.amount for each in self.providers)

    @property
    def returned(self) -> float | None:
        """Of all months shown."""
        return percent(sum(each.returned for each in self.cohorts), sum(each.newcomers for each in self.cohorts))

    @property
    def lead_words(self) -> str | None:
        """「3日と2時間」"""
        if (hours := self.coming.lead) is None:
            return None
        days, rest = divmod(round(hours), 24)
        return f"{days}日と{rest}時間" if days else f"{rest}時間"

    @property
    def meanings(self) -> Mapping[str, str]:
        return MEANINGS

    @cached_property
    def tables(self) -> Mapping[str, Table]:
        """By key, in the order of the page."""
        made = (
            _days(self.working),
            _hours(self.working),
            _providers(self.providers),
            _menu(self.menu),
            _returning(self.cohorts),
            _ways(self.coming),
            _weekdays(self.coming),
            _lead(self.coming),
            _cancelled(self.coming),
        )
        return {table.key: table for table in made}

    @cached_property
    def heat(self) -> Sequence[tuple[int, Sequence[Load]]]:
        """(hour, the load of each weekday), from the first hour of work to the last."""
        return _heat(self.working)


def of(session: Session, scope: Scope, *, now: datetime) -> Report:
    zone = settings.zone(session)
    return Report(
        scope,
        working.of(session, scope, now=now),
        coming.of(session, scope),
        returning.cohorts(session, scope, zone, now=now),
        earning.by_provider(session, scope),
        earning.by_menu(session, scope),
    )


# Tables --------------------------------------------------------------------------------------------------------------


def _days(found: Working) -> Table:
    rows = [
        Row(day_in_words(day), (load.worked, load.shift, load.percent), load.percent, _on(day) if load.worked else {})
        for day, load in found.days.items()
    ]
    columns = ("日", "施術（分）", "シフト（分）", "稼働率（%）")
    return Table("days", "日ごとの稼働率", MEANINGS["working"], columns, rows)


def _on(day: date) -> dict[str, str]:
    return {"show": "all", "first": day.isoformat(), "last": day.isoformat()}


def _hours(found: Working) -> Table:
    rows = [Row(f"{hour}時", [load.percent for load in loads]) for hour, loads in _heat(found)]
    columns = ("時間", *(f"{name}曜日（%）" for name in WEEKDAYS))
    return Table("hours", "曜日と時間帯の稼働率", MEANINGS["working"], columns, rows)


def _heat(found: Working) -> list[tuple[int, list[Load]]]:
    hours = [hour for _, hour in found.hours]
    if not hours:
        return []
    days = range(len(WEEKDAYS))
    return [
        (hour, [found.hours.get((day, hour), Load()) for day in days]) for hour in range(min(hours), max(hours) + 1)
    ]


def _providers(found: Sequence[Earned]) -> Table:
    bars = shares([each.amount for each in found])
    rows = [
        Row(each.label, (each.visits, each.amount, _mean(each)), bar, _completed("provider", each.owner_id))
        for each, bar in zip(found, bars, strict=True)
    ]
    columns = ("担当者", "会計（件）", "売上（円）", "1件あたり（円）")
    return Table("providers", "担当者ごとの売上", MEANINGS["providers"], columns, rows)


def _mean(each: Earned) -> int | None:
    return round(each.amount / each.visits) if each.visits else None


def _completed(name: str, owner_id: int | None) -> dict[str, str]:
    return {} if owner_id is None else {"show": "visited", name: str(owner_id)}


def _menu(found: Sequence[Earned]) -> Table:
    bars = shares([each.amount for each in found])
    rows = [
        Row(each.label, (each.visits, each.amount), bar, _completed("course", each.owner_id))
        for each, bar in zip(found, bars, strict=True)
    ]
    return Table("menu", "メニューごとの売上", MEANINGS["menu"], ("メニュー", "件数", "売上（円）"), rows)


def _returning(found: Sequence[Cohort]) -> Table:
    rows = [
        Row(f"{each.month.year}年{each.month.month}月", (each.newcomers, each.returned, each.percent), each.percent)
        for each in found
    ]
    columns = ("初めて来店した月", "新規の方（人）", "再来した方（人）", "再来率（%）")
    return Table("returning", "新規再来率（90日）", MEANINGS["returning"], columns, rows)


def _ways(found: Coming) -> Table:
    rows = [
        Row(
            WAYS[way],
            (count, percent(count, found.kept)),
            percent(count, found.kept),
            {"show": "all", "way": way.value},
        )
        for way, count in sorted(found.ways.items(), key=lambda each: -each[1])
    ]
    return Table("ways", "予約の経路", MEANINGS["ways"], ("経路", "予約（件）", "割合（%）"), rows)


def _weekdays(found: Coming) -> Table:
    counts = [found.weekdays.get(day, 0) for day in range(len(WEEKDAYS))]
    rows = [
        Row(f"{name}曜日", (count, percent(count, found.kept)), bar)
        for name, count, bar in zip(WEEKDAYS, counts, shares(counts), strict=True)
    ]
    columns = ("曜日", "予約（件）", "割合（%）")
    return Table("weekdays", "曜日ごとの予約", MEANINGS["weekdays"], columns, rows)


def _lead(found: Coming) -> Table:
    total = sum(found.lead_steps)
    rows = [
        Row(label, (count, percent(count, total)), percent(count, total))
        for label, count in zip(STEPS, found.lead_steps, strict=True)
    ]
    columns = ("予約した時", "予約（件）", "割合（%）")
    return Table("lead", "何日前に予約するか", MEANINGS["lead"], columns, rows)


def _cancelled(found: Coming) -> Table:
    """The reasons most often given; the others together."""
    counts: Counter[tuple[str, str]] = Counter()
    for each in found.cancelled:
        counts[_who(each), each.reason.strip() or NO_REASON] += each.count
    many, total = counts.most_common(MOST_REASONS), sum(counts.values())
    rest = total - sum(count for _, count in many)
    named = [(f"{who}：{why}", count) for (who, why), count in many] + ([("そのほか", rest)] if rest else [])
    rows = [
        Row(label, (count, percent(count, total)), percent(count, total), {"show": "cancelled"})
        for label, count in named
    ]
    return Table("cancelled", "キャンセルの理由", MEANINGS["cancelled"], ("だれが・理由", "件数", "割合（%）"), rows)


def _who(each: coming.Cancelled) -> str:
    if each.by is CancelledBy.CUSTOMER:
        return "お客様（直前）" if each.is_late else "お客様"
    return "お店"
