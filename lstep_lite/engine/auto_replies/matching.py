"""Which rules answer a message. Pure.

1. Keyword rules are tried in list order; the first that fits answers, and later ones only where it says "go on".
2. Rules for any message are tried the same way, but only if no keyword rule fitted.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

from lstep_lite.engine import segments
from lstep_lite.engine.business_days import Calendar
from lstep_lite.engine.text import WEEKDAYS, normalise
from lstep_lite.models import AutoReply, DayRule, Matching


@dataclass(frozen=True)
class Arrival:
    """A message that came in."""

    text: str | None
    """None for anything but a text."""
    local_at: datetime
    """When, on the shop's clock."""
    calendar: Calendar
    is_meant: Callable[[AutoReply], bool] | None = None
    """Whether the friend meets a rule's conditions; None while nobody is chosen, which is taken for everybody."""


@dataclass(frozen=True)
class Verdict:
    rule: AutoReply
    answers: bool
    reason: str
    """Why, in words for the shop."""


def match(rules: Sequence[AutoReply], arrival: Arrival) -> list[AutoReply]:
    """The rules that answer, in order."""
    return [verdict.rule for verdict in judge(rules, arrival) if verdict.answers]


def judge(rules: Sequence[AutoReply], arrival: Arrival) -> list[Verdict]:
    """For each of *rules* (given in list order) whether it answers, and why or why not."""
    folded = None if arrival.text is None else normalise(arrival.text)
    verdicts: dict[int, Verdict] = {}
    for matching in (Matching.KEYWORDS, Matching.ANYTHING):
        winner = _first_keyword_answer(verdicts) if matching is Matching.ANYTHING else None
        for place, rule in enumerate(rules):
            if rule.matching is matching:
                verdict = _judge_one(rule, folded, arrival, winner)
                verdicts[place] = verdict
                if verdict.answers and not rule.goes_on:
                    winner = rule
    return [verdicts[place] for place in range(len(rules))]


def _first_keyword_answer(verdicts: dict[int, Verdict]) -> AutoReply | None:
    return next((verdict.rule for verdict in verdicts.values() if verdict.answers), None)


def _judge_one(rule: AutoReply, folded: str | None, arrival: Arrival, winner: AutoReply | None) -> Verdict:
    """Whom the rule is for is asked last: that asks the database."""
    if not rule.is_on:
        return Verdict(rule, False, "オフになっています。")
    if winner is not None:
        return Verdict(rule, False, f"先に「{winner.name}」が返信するため、使いません。")
    found = _fitting(rule, folded)
    if found is None:
        return Verdict(rule, False, "キーワードが合いません。")
    if not is_open(rule, arrival.local_at, arrival.calendar):
        return Verdict(rule, False, _closed_in_words(rule, arrival))
    if segments.is_empty(rule.tree):
        return Verdict(rule, True, found)
    if arrival.is_meant is None:
        return Verdict(rule, True, f"{found}「だれに返すか」の条件に当てはまる方だけです。")
    if not arrival.is_meant(rule):
        return Verdict(rule, False, "このお客様は、「だれに返すか」の条件に当てはまりません。")
    return Verdict(rule, True, f"{found}「だれに返すか」の条件にも当てはまります。")


def _fitting(rule: AutoReply, folded: str | None) -> str | None:
    """What in the rule fits the message, in words; None if nothing does."""
    if rule.matching is Matching.ANYTHING:
        return "どんなメッセージにも返信します。"
    if not folded:
        return None
    for keyword in rule.keywords:
        wanted = _folded(keyword["text"])
        if keyword["match"] == "exact" and wanted == folded:
            return f"「{keyword['text']}」と完全に一致しました。"
        if keyword["match"] == "partial" and wanted in folded:
            return f"「{keyword['text']}」を含んでいます。"
    return None


@lru_cache(maxsize=20_000)
def _folded(keyword: str) -> str:
    return normalise(keyword)


def is_open(rule: AutoReply, local_at: datetime, calendar: Calendar) -> bool:
    """Whether the rule's weekdays, hours and day rule hold."""
    day = _day(rule, local_at)
    return day is not None and _is_day(rule, day, calendar)


def _day(rule: AutoReply, local_at: datetime) -> date | None:
    """The day whose hours hold the moment, if the rule has them; a range over midnight belongs to the day on which it
    begins.
    """
    day = local_at.date()
    if rule.starts_at is not None and rule.ends_at is not None:
        clock_time = local_at.strftime("%H:%M")
        is_over_midnight = rule.starts_at > rule.ends_at
        if is_over_midnight and clock_time < rule.ends_at:
            day -= timedelta(days=1)
        elif clock_time < rule.starts_at or (not is_over_midnight and clock_time >= rule.ends_at):
            return None
    return day if not rule.weekdays or day.weekday() in rule.weekdays else None


def _is_day(rule: AutoReply, day: date, calendar: Calendar) -> bool:
    if rule.day_rule is DayRule.ANY:
        return True
    return calendar.is_business_day(day) is (rule.day_rule is DayRule.BUSINESS)


def _closed_in_words(rule: AutoReply, arrival: Arrival) -> str:
    when = hours_in_words(rule)
    if (day := _day(rule, arrival.local_at)) is None:
        return f"今は時間外です（{when}に返信します）。"
    if rule.day_rule is DayRule.CLOSED:
        return f"この日は営業日です（{when}に返信します）。"
    name = arrival.calendar.name(day)
    return f"この日は{f'「{name}」で' if name else ''}お休みです（{when}に返信します）。"


def hours_in_words(rule: AutoReply) -> str:
    """For example 「毎週月〜金 18:00〜翌10:00」, 「営業日 10:00〜18:00」."""
    days = _days_in_words(rule.weekdays, rule.day_rule)
    if rule.starts_at is None or rule.ends_at is None:
        return days
    next_day = "" if rule.starts_at < rule.ends_at else "翌"
    return f"{days} {rule.starts_at}〜{next_day}{rule.ends_at}"


def _days_in_words(weekdays: Sequence[int], day_rule: DayRule) -> str:
    kinds = {DayRule.BUSINESS: "営業日", DayRule.CLOSED: "お休みの日"}
    every = _weekdays_in_words(weekdays)
    if day_rule not in kinds:
        return every or "毎日"
    return f"{every}の{kinds[day_rule]}" if every else kinds[day_rule]


def _weekdays_in_words(weekdays: Sequence[int]) -> str:
    """Three days or more in a row are told by the first and the last; empty for every day."""
    if len(set(weekdays)) in (0, 7):
        return ""
    runs: list[list[int]] = []
    for day in sorted(set(weekdays)):
        if runs and day == runs[-1][-1] + 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    words = [
        f"{WEEKDAYS[run[0]]}〜{WEEKDAYS[run[-1]]}" if len(run) > 2 else "・".join(WEEKDAYS[day] for day in run)
        for run in runs
    ]
    return "毎週" + "・".join(words)
