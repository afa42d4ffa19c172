"""The worker is killed twenty times while LINE misbehaves: nothing is lost, nobody gets anything twice."""

import random
from collections import Counter

import pytest
import sqlalchemy as sa

from lstep_lite.models import Call, ChatMessage, Delivery, DeliveryState, EventState, WebhookEvent
from tests.slow.crashing import ANSWER, Crashing, wait_until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

KILLS = 20
FRIENDS = 25


def test_twenty_kills_lose_nothing_and_double_nothing(crashing: Crashing) -> None:
    seed = random.randrange(1_000_000)
    print(f"seed {seed}")
    chance = random.Random(seed)
    questions = 0
    for number in range(KILLS):
        crashing.put_a_message_for_each(number)
        crashing.ask_a_question_each(5)
        questions += 1
        crashing.misbehave(chance)
        if number % 2:
            crashing.work_a_moment_and_die(chance)
        else:
            crashing.call_line_and_die(chance)
    crashing.behave()
    crashing.retry_at_once()
    crashing.start_worker()
    wait_until(crashing.is_settled, 120, why=crashing.log)
    crashing.kill_worker()

    with crashing.runtime.database.read() as session:
        sent = sa.select(Delivery.state, sa.func.count()).where(Delivery.source == "chat").group_by(Delivery.state)
        assert [tuple(row) for row in session.execute(sent)] == [(DeliveryState.SENT, KILLS * FRIENDS)]
        assert session.scalar(sa.select(sa.func.count()).select_from(ChatMessage)) == 5 * questions
        tried_again = session.scalar(sa.select(sa.func.count()).where(Call.attempts > 1))
        assert tried_again, "no kill and no fault ever hit a call"
        states = session.scalars(sa.select(WebhookEvent.state).distinct()).all()
        assert states == [EventState.DONE], "every event is processed"
    for place, user_id in enumerate(crashing.user_ids):
        received, answers = crashing.texts(user_id), crashing.answers(user_id)
        name = f"友だち{place}さん" if place < 10 else "お知らせ"
        arrived = received.pop(ANSWER, 0)
        assert received == Counter({f"{name} {number}": 1 for number in range(KILLS)}), "each message exactly once"
        if place < 5:
            assert answers.total() == questions, "each question is answered once"
        sure, maybe = answers[DeliveryState.SENT], answers[DeliveryState.UNKNOWN]
        assert sure <= arrived <= sure + maybe, (sure, arrived, maybe)
