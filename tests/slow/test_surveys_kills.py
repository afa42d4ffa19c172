"""A server that dies while an answer is sent, and a worker that dies while it is confirmed."""

import multiprocessing
import os
import random
import signal
from collections import Counter
from typing import Any

import pytest
import sqlalchemy as sa

from lstep_lite import db
from lstep_lite.db import Database
from lstep_lite.engine import surveys
from lstep_lite.engine.actions import SetDraft
from lstep_lite.engine.surveys import answering, confirming, drafts
from lstep_lite.models import (
    ActionRun,
    AnswerRate,
    Confirmation,
    Delivery,
    DeliveryState,
    Friend,
    Notification,
    Survey,
    SurveyAnswer,
    SurveyDraft,
    SurveyPick,
    SurveySeat,
)
from tests.engine.surveys.answers import adds, filled
from tests.factories import NOW, a_friend, a_question, a_shop, a_survey, a_survey_choice, a_tag, a_text_event
from tests.slow.crashing import Crashing, wait_until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

EVERY = 11
"""A server dies before each statement whose number this divides."""
KILLS = 4
FRIENDS = 6
SAYING = 3
"""So many of them have a page that says the word."""
WORD, THANKS = "答えました", "ありがとうございました"
_forking = multiprocessing.get_context("fork")


# Sending -------------------------------------------------------------------------------------------------------------


def test_a_server_killed_at_any_statement_of_a_submit_has_done_all_of_it_or_nothing(fresh_database: Database) -> None:
    survey_id, question, choice = staged(fresh_database)
    died_at, is_alive = 0, False
    while not is_alive:
        died_at += EVERY
        friend_id, draft_id, token = opened(fresh_database, survey_id, question, choice)
        is_alive = send_and_die(fresh_database, survey_id, draft_id, friend_id, died_at)
        assert kept(fresh_database, survey_id, friend_id) == (ALL if is_alive else NOTHING), died_at
        send_again(fresh_database, survey_id, token, friend_id)
        send_again(fresh_database, survey_id, token, friend_id)
        assert kept(fresh_database, survey_id, friend_id) == ALL, died_at
    people = died_at // EVERY
    assert people > 3, "some died"
    with fresh_database.read() as session:
        taken = session.scalars(sa.select(SurveySeat.taken)).all()
        assert (session.get_one(Survey, survey_id).answers_count, taken) == (people, [people])


NOTHING = {"answers": 0, "picks": 0, "runs": 0, "messages": 0, "notes": 0, "drafts": 1}
ALL = {"answers": 1, "picks": 1, "runs": 2, "messages": 1, "notes": 1, "drafts": 0}


def staged(database: Database) -> tuple[int, str, str]:
    """A form that acts, counts places and is confirmed at once; its question and its choice."""
    with database.unit() as session:
        a_shop(session)
        tag = a_tag(session)
        choice = a_survey_choice("午前の部", seats=100, actions={"steps": [adds(tag)], "repeats": True})
        question = a_question("radio", choices=[choice, a_survey_choice("午後の部")])
        thanks = {"confirmation": Confirmation.PUSH, "blocks": [{"kind": "text", "text": THANKS}]}
        survey = a_survey(session, question, rate=AnswerRate.MANY, **thanks)
        surveys.keep_actions(session, survey, SetDraft([adds(tag)], repeats=True), now=NOW)
        return survey.id, question["id"], choice["id"]


def opened(database: Database, survey_id: int, question: str, choice: str) -> tuple[int, int, str]:
    """Somebody new who has filled in the form: the friend, the draft and its token."""
    with database.unit() as session:
        friend, survey = a_friend(session), session.get_one(Survey, survey_id)
        draft = filled(session, survey, friend, {question: choice})
        return friend.id, draft.id, draft.token


def send_and_die(database: Database, survey_id: int, draft_id: int, friend_id: int, at: int) -> bool:
    """Send it in a process that dies before its statement number *at*. Whether it lived."""
    url = database.engine.url.render_as_string(hide_password=False)
    database.dispose()  # the process makes connections of its own
    process = _forking.Process(target=_server, args=(url, survey_id, draft_id, friend_id, at))
    process.start()
    process.join(60)
    assert process.exitcode in (0, -signal.SIGKILL), process.exitcode
    return process.exitcode == 0


def _server(url: str, survey_id: int, draft_id: int, friend_id: int, at: int) -> None:
    database = Database(url, pool_size=1)
    left = at

    def die(*args: Any) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    sa.event.listen(database.engine, "before_cursor_execute", die)
    sa.event.listen(database.engine, "commit", die)
    with database.unit() as session:
        send(session, survey_id, session.get_one(SurveyDraft, draft_id), friend_id)


def send(session: Any, survey_id: int, draft: SurveyDraft, friend_id: int) -> None:
    """As the page does it."""
    survey, friend = session.get_one(Survey, survey_id), session.get_one(Friend, friend_id)
    found = answering.submit(session, survey, draft, now=NOW, friend=friend)
    confirming.begin(session, survey, found, now=NOW, wall=NOW)


def send_again(database: Database, survey_id: int, token: str, friend_id: int) -> None:
    """Nobody saw the page that says thanks: the same one is sent once more."""
    with database.unit() as session:
        draft = drafts.hold(session, session.get_one(Survey, survey_id), token)
        if draft is not None:
            send(session, survey_id, draft, friend_id)


def kept(database: Database, survey_id: int, friend_id: int) -> dict[str, int]:
    """How many rows tell of the friend's answer."""
    models = {"answers": SurveyAnswer, "picks": SurveyPick, "runs": ActionRun, "messages": Delivery}
    models |= {"notes": Notification, "drafts": SurveyDraft}
    with database.read() as session:
        return {
            name: session.scalar(sa.select(sa.func.count()).select_from(model).filter_by(friend_id=friend_id)) or 0
            for name, model in models.items()
        }


# Confirming ----------------------------------------------------------------------------------------------------------


def test_a_worker_killed_again_and_again_confirms_each_answer_once(crashing: Crashing) -> None:
    seed = random.randrange(1_000_000)
    print(f"seed {seed}")
    chance = random.Random(seed)
    survey_id, friend_ids = a_form(crashing)
    for _ in range(KILLS):
        answer(crashing, survey_id, friend_ids)
        crashing.get_somewhere_and_die(lambda: progress(crashing), chance)
    crashing.retry_at_once()
    crashing.start_worker()
    wait_until(lambda: is_over(crashing), 60, why=crashing.log)
    crashing.kill_worker()

    with crashing.runtime.database.read() as session:
        rows = session.execute(sa.select(Delivery.friend_id, Delivery.event_id, Delivery.state)).all()
        told = Counter(row.friend_id for row in rows)
        assert told == dict.fromkeys(friend_ids, KILLS), "one message for each answer, free or not"
        assert {row.state for row in rows if row.event_id is None} == {DeliveryState.SENT}
        unsure = Counter(row.friend_id for row in rows if row.state is not DeliveryState.SENT)
    for friend_id, user_id in zip(friend_ids, crashing.user_ids, strict=True):
        arrived = crashing.texts(user_id)[THANKS]
        assert KILLS - unsure[friend_id] <= arrived <= KILLS, (arrived, unsure[friend_id])


def a_form(crashing: Crashing) -> tuple[int, list[int]]:
    """Confirmed for free where the word comes; and the friends, in the order of their phones."""
    with crashing.runtime.database.unit() as session:
        thanks = {"said_text": WORD, "blocks": [{"kind": "text", "text": THANKS}]}
        survey = a_survey(session, a_question(), confirmation=Confirmation.FREE, rate=AnswerRate.MANY, **thanks)
        ids = {row.line_user_id: row.id for row in session.execute(sa.select(Friend.line_user_id, Friend.id))}
        return survey.id, [ids[user_id] for user_id in crashing.user_ids]


def answer(crashing: Crashing, survey_id: int, friend_ids: list[int]) -> None:
    """All of them answer; the pages of some say the word, just as it is about to be pushed."""
    now, wall = crashing.runtime.clock.now(), crashing.runtime.clock.wall() - confirming.WAIT
    with crashing.runtime.database.unit() as session:
        db.may_work(5)
        survey = session.get_one(Survey, survey_id)
        for friend_id in friend_ids:
            friend = session.get_one(Friend, friend_id)
            draft = filled(session, survey, friend, {}, now=now)
            found = answering.submit(session, survey, draft, now=now, friend=friend)
            confirming.begin(session, survey, found, now=now, wall=wall)
    crashing.receive([a_text_event(user_id, WORD, at=now) for user_id in crashing.user_ids[:SAYING]])


def progress(crashing: Crashing) -> tuple[int, int]:
    """Messages put, and messages sent."""
    with crashing.runtime.database.read() as session:
        put = session.scalar(sa.select(sa.func.count()).select_from(Delivery)) or 0
        waiting = sa.select(sa.func.count()).where(Delivery.state == DeliveryState.WAITING)
        return put, put - (session.scalar(waiting) or 0)


def is_over(crashing: Crashing) -> bool:
    with crashing.runtime.database.read() as session:
        is_waiting = session.scalar(sa.select(sa.exists().where(SurveyAnswer.confirm_due_at.is_not(None))))
    return not is_waiting and crashing.is_settled()
