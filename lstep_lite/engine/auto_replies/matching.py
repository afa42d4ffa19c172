"""Which rules answer a message. Pure.

1. Keyword rules are tried in list order; the first that fits answers, and later ones only where it says "go on".
2. Rules for any message are tried the same way, but only if no keyword rule fitted.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from lstep_lite.engine.text import normalise
from lstep_lite.models import AutoReply, Matching

WEEKDAYS = "月火水木金土日"


@dataclass(frozen=True)
class Verdict:
    rule: AutoReply
    answers: bool
    reason: str
    """Why, in words for the shop."""


def match(rules: Sequence[AutoReply], text: str | None, local_now: datetime) -> list[AutoReply]:
    """The rules that answer, in order. *text* is None for anything but a text; *local_now* is the shop's time."""
    return [verdict.rule for verdict in judge(rules, text, local_now) if verdict.answers]


def judge(rules: Sequence[AutoReply], text: str | None, local_now: datetime) -> list[Verdict]:
    """For each of *rules* (given in list order) whether it answers, and why or why not."""
    folded = None if text is None else normalise(text)
    verdicts: dict[int, Verdict] = {}
    for matching in (Matching.KEYWORDS, Matching.ANYTHING):
        winner = _first_keyword_answer(verdicts) if matching is Matching.ANYTHING else None
        for place, rule in enumerate(rules):
            if rule.matching is matching:
                verdict = _judge_one(rule, folded, local_now, winner)
                verdicts[place] = verdict
                if verdict.answers and not rule.goes_on:
                    winner = rule
    return [verdicts[place] for place in range(len(rules))]


def _first_keyword_answer(verdicts: dict[int, Verdict]) -> AutoReply | None:
    return next((verdict.rule for verdict in verdicts.values() if verdict.answers), None)


def _judge_one(rule: AutoReply, folded: str | None, local_now: datetime, winner: AutoReply | None) -> Verdict:
    if not rule.is_on:
        return Verdict(rule, False, "オフになっています。")
    if winner is not None:
        return Verdict(rule, False, f"先に「{winner.name}」が返信するため、使いません。")
    found = _fitting(rule, folded)
    if found is None:
        return Verdict(rule, False, "キーワードが合いません。")
    if not is_open(rule, local_now):
        return Verdict(rule, False, f"今は時間外です（{hours_in_words(rule)}に返信します）。")
    return Verdict(rule, True, found)


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


def is_open(rule: AutoReply, local_now: datetime) -> bool:
    """Whether the rule's weekdays and hours hold. A range over midnight belongs to the day on which it begins."""
    days = rule.weekdays or range(7)
    today, yesterday = local_now.weekday(), (local_now.weekday() - 1) % 7
    if rule.starts_at is None or rule.ends_at is None:
        return today in days
    clock_time = local_now.strftime("%H:%M")
    if rule.starts_at < rule.ends_at:
        return today in days and rule.starts_at <= clock_time < rule.ends_at
    return (today in days and clock_time >= rule.starts_at) or (yesterday in days and clock_time < rule.ends_at)


def hours_in_words(rule: AutoReply) -> str:
    """For example 「毎週月〜金 18:00〜翌10:00」."""
    days = _days_in_words(rule.weekdays)
    if rule.starts_at is None or rule.ends_at is None:
        return days
    next_day = "" if rule.starts_at < rule.ends_at else "翌"
    return f"{days} {rule.starts_at}〜{next_day}{rule.ends_at}"


def _days_in_words(weekdays: Sequence[int]) -> str:
    """Three days or more in a row are told by the first and the last."""
    if len(set(weekdays)) in (0, 7):
        return "毎日"
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
