"""一括処理 in the browser: nothing starts unseen, twice or for the wrong people."""

import pytest
import sqlalchemy as sa

from lstep_lite.engine import batches
from lstep_lite.engine.batches import Outcome, Question
from lstep_lite.engine.batches.kinds import kinds
from lstep_lite.engine.friends.audience import Audience
from lstep_lite.engine.staff import Permission
from lstep_lite.models import Batch, BatchState, Role
from tests.factories import NOW, a_friend, a_staff
from tests.web.conftest import browser_of, inspect_page, regions


@pytest.fixture(autouse=True)
def own_kinds():
    """`test.tidy` needs nothing but friends; `test.give` asks what to give, and is for those who automate."""
    before = dict(kinds)
    question = Question("gift_id", "渡すもの", lambda session: [(None, "何もなし"), (7, "花")])

    @batches.kind("test.tidy", label="整える", permission=Permission.FRIENDS_EDIT)
    def tidy(session, batch, friend_ids, *, now):
        return Outcome(skipped={friend_ids[0]: "もう整っています。"})

    @batches.kind(
        "test.give",
        label="渡す",
        permission=Permission.AUTOMATION_EDIT,
        question=question,
        explain=lambda session, params, count: [f"{count}人に{params['gift_id']}番を渡します。"],
    )
    def give(session, batch, friend_ids, *, now):
        return None

    yield
    kinds.clear()
    kinds.update(before)


@pytest.fixture
def trio(session):
    names = ("山田花子", "佐藤太郎", "山田次郎")
    found = [a_friend(session, display_name=name, search_text=name) for name in names]
    session.commit()
    return found


def found(session):
    session.expire_all()
    return session.scalars(sa.select(Batch)).all()


def a_batch(session, friends, **over):
    given = {"label": "整える", "params": {}, "audience": Audience(ids=tuple(f.id for f in friends)), "staff_id": None}
    batch = batches.start(session, "test.tidy", dedupe_key=f"test:{over.pop('key', 1)}", now=NOW, **given)
    for name, value in over.items():
        setattr(batch, name, value)
    session.commit()
    return batch


def work(database):
    while batches.work(database, now=NOW, wall=NOW):
        pass


def test_the_page_before_says_who_and_what(page, session, trio):
    shown = page("/batches/new?kind=test.tidy&everybody=yes&q=山田").get_text(" ", strip=True)
    assert "「山田」でさがした方" in shown
    assert "2 人" in shown
    assert "山田花子" in shown and "佐藤太郎" not in shown
    assert found(session) == []


def test_ticked_friends_are_meant_and_nobody_else(client, session, database, trio):
    sent = {"kind": "test.tidy", "id": [trio[0].id, trio[2].id]}
    assert "2人に実行する" in inspect_page(client.post("/batches/new", data=sent)).get_text()
    answer = client.post("/batches", data=sent | {"token": "t"})
    [batch] = found(session)
    assert answer.status_code == 303 and answer.location.endswith(f"/batches/{batch.id}")
    work(database)
    session.expire_all()
    assert (batch.total, batch.done, batch.skipped) == (2, 1, 1)


def test_a_filter_takes_everybody_only_when_that_was_asked_for(client, session, trio):
    answer = client.get("/batches/new?kind=test.tidy&q=山田")
    assert answer.status_code == 409 and "選んで" in answer.text


def test_what_must_be_chosen_is_shown_before_it_starts(client, htmx, session, trio):
    sent = {"kind": "test.give", "everybody": "yes", "token": "t"}
    answer = htmx("/batches/new", sent | {"choice": "7"})
    assert regions(answer) == ["batch-plan"] and "3人に7番を渡します。" in answer.text
    unseen = client.post("/batches", data=sent | {"choice": "7"})
    assert unseen.status_code == 422 and "3人に7番を渡します。" in unseen.text and found(session) == []
    assert client.post("/batches", data=sent | {"choice": "8", "planned": "8"}).status_code == 422
    assert client.post("/batches", data=sent | {"choice": "7", "planned": "7"}).status_code == 303
    assert client.post("/batches", data=sent | {"choice": "7", "planned": "7"}).status_code == 303
    [batch] = found(session)
    assert (batch.label, batch.params) == ("渡す：花", {"gift_id": 7})


def test_no_row_at_all_can_be_a_choice(client, session, trio):
    sent = {"kind": "test.give", "everybody": "yes", "token": "t", "choice": "none", "planned": "none"}
    assert client.post("/batches", data=sent).status_code == 303
    assert found(session)[0].params == {"gift_id": None}


def test_each_kind_is_for_those_who_may_do_it_one_by_one(app, owner, outsider, session, trio):
    sent = {"everybody": "yes", "token": "t", "choice": "7", "planned": "7"}
    assert outsider.post("/batches", data=sent | {"kind": "test.give"}).status_code == 403
    assert outsider.get("/batches/new?kind=test.give&everybody=yes").status_code == 403
    assert found(session) == []
    batch = a_batch(session, trio)
    batch.kind = "test.give"
    session.commit()
    assert outsider.post(f"/batches/{batch.id}/cancel").status_code == 403
    operator = a_staff(session, role=Role.OPERATOR)
    session.commit()
    assert browser_of(app, operator).post("/batches", data=sent | {"kind": "test.give"}).status_code == 303


def test_only_offered_kinds_can_be_started(client, session, trio):
    kinds["test.own"] = batches.Kind("test.own", "", 1, kinds["test.tidy"].apply, None, None, lambda *_: ())
    for kind in ("test.own", "nothing", ""):
        answer = client.post("/batches", data={"kind": kind, "everybody": "yes", "token": "t"})
        assert answer.status_code == 404
    assert found(session) == []


def test_progress_is_shown_while_it_runs_and_the_result_afterwards(page, htmx, client, session, database, trio):
    batch = a_batch(session, trio)
    address = f"/batches/{batch.id}"
    assert page(address).select_one("#batch-report[data-poll] progress")
    first = htmx(f"{address}/progress", method="GET")
    assert regions(first) == ["batch-report"]
    seen = {"HX-Request": "true", "X-Seen": first.headers["X-Seen"]}
    assert client.get(f"{address}/progress", headers=seen).status_code == 204
    work(database)
    done = client.get(f"{address}/progress", headers=seen)
    assert done.status_code == 200 and "data-poll" not in done.text
    shown = page(address)
    assert "もう整っています。" in shown.get_text() and len(shown.select("tbody tr")) == 3
    assert len(page(f"{address}?state=skipped").select("tbody tr")) == 1


def test_cancelling_answers_the_report(htmx, session, database, trio):
    batch = a_batch(session, trio)
    answer = htmx(f"/batches/{batch.id}/cancel")
    assert regions(answer) == ["batch-report", "toasts"]
    work(database)
    session.expire_all()
    assert batch.state is BatchState.CANCELLED and batch.done == 0
    assert htmx(f"/batches/{batch.id}/cancel").status_code == 409


def test_lists_ask_the_same_few_questions_however_long_they_are(client, session, database, trio, count_queries):
    def asked(address):
        with count_queries() as queries:
            assert client.get(address).status_code == 200
        return len(queries)

    first = a_batch(session, trio[:1])
    work(database)
    few = asked("/batches"), asked(f"/batches/{first.id}")
    last = a_batch(session, trio, key=2)
    work(database)
    assert (asked("/batches"), asked(f"/batches/{last.id}")) == few
    assert few[0] <= 6 and few[1] <= 8, few


def test_the_first_page_leads_to_what_runs(page, session, database, trio):
    batch = a_batch(session, trio)
    shown = page("/")
    assert shown.find("a", href=f"/batches/{batch.id}") and shown.select_one(".home-batch progress")
    work(database)
    assert not page("/").select(".home-batch")
