"""How fast one Flex message with twelve cards and thirty placeholders is made for each friend of a broadcast.

The baseline is the least work it could be: the same message as one text in which thirty words are replaced, read back
as JSON. Measured are drawing alone, and what the outbox does for each hundred friends: loading what is theirs, drawing,
and checking by the rules of LINE.

    python benchmarks/render.py [--full]
"""

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.db import Base
from lstep_lite.engine import messages, registry
from lstep_lite.engine.messages import RenderContext, templates
from lstep_lite.engine.messages.designs.parts import button, card, text
from lstep_lite.engine.messages.designs.registry import document
from lstep_lite.models import Friend, Origin, Score, ScoreTotal

assert registry
NOW = datetime(2026, 3, 5, 1, 0, tzinfo=UTC)
URL = "https://salon.example"
CARDS = 12
WORDS = ("[name]さん、こんにちは", "[スコア:来店]点たまりました", "次回は[日付:今日+3日]からご予約いただけます")
PLACEHOLDERS = 30
FRIENDS, FULL = 2_000, 10_000
CHUNK = 100
"""Friends the outbox claims at once."""
RENDER_MS, RENDERS_SECONDS, TIMES_BASELINE = 2.0, 15.0, 10.0


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--full", action="store_true", help=f"{FULL:,} friends instead of {FRIENDS:,}")
    size = FULL if options.parse_args().full else FRIENDS
    engine = sa.create_engine("sqlite://")
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        people = _people(session, size)
        context = _context(session)
        known = context.with_facts(messages.facts(session, [context], people[:CHUNK], public_url=URL, now=NOW))
        drawn = messages.render(known, people[0])
        assert messages.problems(drawn) == [] and len(drawn[0]["contents"]["contents"]) == CARDS
        print(f"{size:,} friends; {CARDS} cards, {PLACEHOLDERS} placeholders, {len(json.dumps(drawn)):,} bytes")
        plain = _seconds(lambda: _replaced(json.dumps(drawn[0]), people))
        alone = _seconds(lambda: [messages.render(known, friend) for friend in people])
        whole = _seconds(lambda: _sent(session, context, people))
    _tell("words replaced in one text", plain, size)
    claims = [
        _claim("a render", alone / size * 1000, RENDER_MS, "ms"),
        _claim("10,000 renders", alone / size * 10_000, RENDERS_SECONDS, "s"),
        _claim("loaded, rendered and checked, against the baseline", whole / plain, TIMES_BASELINE, "times"),
    ]
    return 0 if all(claims) else 1


def _people(session: Session, count: int) -> list[Friend]:
    score = Score(name="来店", word="来店", recent_days=30, position=0, created_at=NOW, updated_at=NOW)
    people = [
        Friend(
            code=f"code{number:08}",
            line_user_id=f"U{number:032x}",
            origin=Origin.ADDED,
            lot_number=number,
            display_name=f"友だち{number}",
            is_following=True,
            follow_changed_at=NOW,
            followed_at=NOW,
            created_at=NOW,
        )
        for number in range(count)
    ]
    session.add_all([score, *people])
    session.flush()  # totals need their ids
    session.add_all(ScoreTotal(friend_id=friend.id, score_id=score.id, total=friend.id, recent=0) for friend in people)
    session.flush()
    return people


def _context(session: Session) -> RenderContext:
    """Of a stored template: twelve cards, each with texts, a button and three or two placeholders."""
    words = [WORDS[number % len(WORDS)] for number in range(PLACEHOLDERS)]
    cards = [_card(words[place::CARDS]) for place in range(CARDS)]
    draft = templates.TemplateDraft("春のご案内", document("春のご案内", *cards, size="kilo"))
    template = templates.create(session, "flex", draft, now=NOW)
    blocks = [{"kind": "template", "template_id": template.id}]
    return messages.context(session, blocks, public_url=URL, now=NOW)


def _card(words: Sequence[str]) -> dict[str, Any]:
    lines = [
        text("春のご案内", size="xl", bold=True),
        *(text(each) for each in words),
        text("ご来店をお待ちしています。"),
    ]
    return card(body=lines, footer=[button("予約する", reply="お電話ください")])


def _sent(session: Session, context: RenderContext, people: Sequence[Friend]) -> None:
    for start in range(0, len(people), CHUNK):
        friends = people[start : start + CHUNK]
        known = context.with_facts(messages.facts(session, [context], friends, public_url=URL, now=NOW))
        for friend in friends:
            messages.problems(messages.render(known, friend))


def _replaced(written: str, people: Iterable[Friend]) -> None:
    for friend in people:
        filled = written
        for number in range(PLACEHOLDERS):
            filled = filled.replace(f"[word {number}]", str(friend.display_name))
        json.loads(filled)


def _seconds(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


def _tell(what: str, seconds: float, size: int) -> None:
    print(f"baseline, {what}: {seconds / size * 1000:.3f} ms")


def _claim(what: str, value: float, bound: float, unit: str) -> bool:
    is_ok = value <= bound
    print(f"{what}: {value:.2f} {unit} (target {bound:g}) {'ok' if is_ok else 'short'}")
    return is_ok


if __name__ == "__main__":
    sys.exit(main())
