"""Many customers who want the last places at the same moment, and one who taps twice."""

import multiprocessing
import threading
from collections import Counter

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from lstep_lite import db
from lstep_lite.db import Database
from lstep_lite.engine import actions, intake, surveys
from lstep_lite.engine.actions import SetDraft
from lstep_lite.engine.surveys import answering, confirming, drafts, seats
from lstep_lite.engine.surveys.parsing import Refused
from lstep_lite.models import (
    ActionRun,
    AnswerRate,
    Delivery,
    Friend,
    Survey,
    SurveyAnswer,
    SurveyDraft,
    SurveyPick,
)
from tests.engine.surveys.answers import adds, filled
from tests.factories import NOW, a_friend, a_question, a_shop, a_survey, a_survey_choice, a_tag, a_text_event

pytestmark = pytest.mark.slow

PROCESSES = 40
EACH = 2
SEATS = 50
THREADS = 12
_forking = multiprocessing.get_context("fork")


def staged(database: Database, customers: int, seats_: int) -> tuple[int, str, str, list[int]]:
    """A form, its question, its limited choice, and the friends who are about to answer."""
    with database.unit() as session:
        a_shop(session)
        tag = a_tag(session)
        choice = a_survey_choice("午前の部", seats=seats_, actions={"steps": [adds(tag)], "repeats": True})
        question = a_question("radio", choices=[choice, a_survey_choice("午後の部")])
        survey = a_survey(session, question, rate=AnswerRate.MANY)
        surveys.keep_actions(session, survey, SetDraft([adds(tag)], repeats=True), now=NOW)
        return survey.id, question["id"], choice["id"], [a_friend(session).id for _ in range(customers)]


def drafts_of(database: Database, survey_id: int, question: str, choice: str, friend_ids: list[int]) -> list[int]:
    """What each of them has typed, in one unit."""
    with database.unit() as session:
        db.may_work(2)
        survey = session.get_one(Survey, survey_id)
        page, found = survey.document["pages"][0]["id"], []
        for friend in [session.get_one(Friend, friend_id) for friend_id in friend_ids]:
            draft = drafts.open(session, survey, friend=friend, visitor=None, now=NOW)
            drafts.keep(session, survey, draft, page, {question: [choice]}, now=NOW)
            found.append(draft.id)
        return found


def send(database: Database, survey_id: int, draft_id: int, friend_id: int) -> str:
    while True:
        try:
            with database.unit() as session:
                survey, friend = session.get_one(Survey, survey_id), session.get_one(Friend, friend_id)
                draft = session.get_one(SurveyDraft, draft_id)
                answering.submit(session, survey, draft, friend=friend, now=NOW)
            return "taken"
        except Refused:
            return "full"
        except OperationalError:  # SQLite gives up on who waits too long among forty processes: they try again
            continue


def _customers(url: str, survey_id: int, pairs: list[tuple[int, int]], start: object, said: object) -> None:
    database = Database(url, pool_size=1)
    start.wait()  # type: ignore[attr-defined]
    for draft_id, friend_id in pairs:
        said.put(send(database, survey_id, draft_id, friend_id))  # type: ignore[attr-defined]
    database.dispose()


def test_forty_processes_fill_fifty_places_exactly(fresh_database: Database) -> None:
    survey_id, question, choice, friend_ids = staged(fresh_database, PROCESSES * EACH, SEATS)
    draft_ids = drafts_of(fresh_database, survey_id, question, choice, friend_ids)
    pairs = list(zip(draft_ids, friend_ids, strict=True))
    url = fresh_database.engine.url.render_as_string(hide_password=False)
    fresh_database.dispose()  # the processes make connections of their own
    start, said = _forking.Barrier(PROCESSES), _forking.Queue()
    shares = [pairs[place * EACH : (place + 1) * EACH] for place in range(PROCESSES)]
    processes = [_forking.Process(target=_customers, args=(url, survey_id, share, start, said)) for share in shares]
    for process in processes:
        process.start()
    outcomes = Counter(said.get(timeout=60) for _ in pairs)
    for process in processes:
        process.join(60)
    assert outcomes == {"taken": SEATS, "full": PROCESSES * EACH - SEATS}
    with fresh_database.read() as session:
        survey = session.get_one(Survey, survey_id)
        assert (survey.answers_count, seats.left(session, survey)) == (SEATS, {choice: 0})
        for model in (SurveyAnswer, SurveyPick):
            assert session.scalar(sa.select(sa.func.count()).select_from(model)) == SEATS
        assert session.scalar(sa.select(sa.func.count()).select_from(ActionRun)) == 2 * SEATS
        holders = [f"{survey_id}:{choice}"]
        assert set(actions.at_many(session, surveys.CHOSEN, holders)) == set(holders)


def test_one_page_sent_many_times_at_once_is_one_answer(fresh_database: Database) -> None:
    survey_id, question, choice, [friend_id] = staged(fresh_database, 1, SEATS)
    [draft_id] = drafts_of(fresh_database, survey_id, question, choice, [friend_id])
    codes: list[str] = []
    barrier = threading.Barrier(THREADS)

    def tap() -> None:
        with fresh_database.read() as session:
            token = session.get_one(SurveyDraft, draft_id).token
        barrier.wait()
        with fresh_database.unit() as session:
            survey, friend = session.get_one(Survey, survey_id), session.get_one(Friend, friend_id)
            draft = session.get(SurveyDraft, draft_id)
            if draft is None:
                found = answering.sent(session, survey, token)
            else:
                found = answering.submit(session, survey, draft, friend=friend, now=NOW)
            codes.append(found.code if found else "")

    threads = [threading.Thread(target=tap) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(codes) == THREADS and len(set(codes)) == 1
    with fresh_database.read() as session:
        survey = session.get_one(Survey, survey_id)
        assert (survey.answers_count, seats.left(session, survey)) == (1, {choice: SEATS - 1})
        assert session.scalar(sa.select(sa.func.count()).select_from(ActionRun)) == 2


def test_a_word_that_comes_when_it_is_about_to_be_pushed_brings_one_message(fresh_database: Database) -> None:
    count, word = 20, "答えました"
    thanks = {"confirmation": "free", "said_text": word, "blocks": [{"kind": "text", "text": "ありがとう"}]}
    with fresh_database.unit() as session:
        db.may_work(5)
        a_shop(session)
        survey = a_survey(session, a_question(), **thanks)
        people = [a_friend(session, line_user_id=f"U{number:032d}") for number in range(count)]
        for friend in people:
            sent = answering.submit(session, survey, filled(session, survey, friend, {}), now=NOW, friend=friend)
            confirming.begin(session, survey, sent, now=NOW, wall=NOW)
        said = [a_text_event(str(friend.line_user_id), word) for friend in people]
        intake.store(session, {"events": said}, now=NOW)
    late = NOW + confirming.WAIT
    works = (
        lambda: intake.process_due(fresh_database, now=NOW, wall=late, limit=count),
        lambda: confirming.push_due(fresh_database, now=NOW, wall=late),
        lambda: confirming.push_due(fresh_database, now=NOW, wall=late),
    )
    threads = [threading.Thread(target=work) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with fresh_database.read() as session:
        got = Counter(session.scalars(sa.select(Delivery.friend_id)))
    assert len(got) == count and set(got.values()) == {1}
