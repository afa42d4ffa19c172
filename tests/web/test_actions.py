"""アクション管理, the editor inside forms, running by hand, and trying out."""

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from lstep_lite.db import Base
from lstep_lite.engine import actions
from lstep_lite.engine.actions import SetDraft, saved
from lstep_lite.models import Action, ActionRun, ActionSet, Delivery, Staff
from tests.factories import NOW, a_friend, a_score, an_action
from tests.web.conftest import regions

Page = Callable[[str], BeautifulSoup]
HELLO = {"kind": "send_text", "data": {"text": "こんにちは", "when": "now"}}


def typed(**over: Any) -> dict[str, Any]:
    """The form of an action that sends a text."""
    return {
        "name": "お礼", "folder_id": "0", "steps": "k1", "steps.k1.kind": "send_text", "steps.k1.text": "ありがとう",
        "steps.k1.when": "now", "steps.repeats": "yes",
    } | over  # fmt: skip


def action(session: Session, *steps: dict[str, Any], **over: Any) -> Action:
    made = an_action(session, *(steps or (HELLO,)), **over)
    session.commit()
    return made


def test_the_list_says_what_each_does_and_where_something_is_gone(session: Session, page: Page) -> None:
    gone = an_action(session, HELLO, name="消える")
    action(session, HELLO, {"kind": "run_action", "data": {"action_id": gone.id}}, name="お礼")
    saved.delete(session, gone)
    session.commit()
    text = page("/actions").get_text()
    assert "「こんにちは」と送る" in text
    assert text.count("参照先がありません") == 2


def test_the_list_asks_a_fixed_number_of_questions(session: Session, client: FlaskClient, count_queries: Any) -> None:
    score = a_score(session)
    for _ in range(3):
        action(session, HELLO, {"kind": "score", "data": {"score_id": score.id, "way": "add", "points": 1}})
    with count_queries() as few:
        client.get("/actions")
    for _ in range(10):
        action(session, HELLO, {"kind": "score", "data": {"score_id": score.id, "way": "add", "points": 1}})
    with count_queries() as many:
        client.get("/actions")
    assert len(few) == len(many)


def test_an_empty_list_teaches(page: Page) -> None:
    assert "はじめてのアクションを作る" in page("/actions").get_text()


def test_pages_of_an_action(session: Session, page: Page) -> None:
    made = action(session)
    assert page("/actions/new").find("input", attrs={"name": "name"})
    assert page(f"/actions/{made.id}/edit").find("textarea").get_text(strip=True) == "こんにちは"


def test_an_action_is_made(session: Session, htmx: Any) -> None:
    answer = htmx("/actions", typed())
    made = session.scalars(sa.select(Action)).one()
    assert answer.headers["HX-Redirect"].endswith(f"/actions/{made.id}/edit")
    kept = saved.set_of(session, made)
    assert kept is not None
    assert kept.steps == [
        {"id": "k1", "kind": "send_text", "data": {"text": "ありがとう", "when": "now"}, "segment": None}
    ]


def test_what_is_wrong_stands_at_its_step_and_nothing_is_kept(session: Session, htmx: Any) -> None:
    answer = htmx("/actions", typed(**{"steps.k1.text": ""}))
    assert (answer.status_code, regions(answer)) == (422, ["action-form"])
    step = BeautifulSoup(answer.text, "html.parser").select_one("[data-row]")
    assert step is not None and "送る文章を入力してください。" in step.get_text()
    assert session.scalar(sa.select(sa.func.count()).select_from(Action)) == 0


def test_saving_answers_the_form(session: Session, htmx: Any) -> None:
    made = action(session)
    answer = htmx(f"/actions/{made.id}", typed(name="新しい名前"))
    assert regions(answer) == ["action-form", "toasts"]
    session.expire_all()
    assert made.name == "新しい名前"


def test_what_somebody_else_changed_meanwhile_is_not_overwritten(session: Session, page: Page, htmx: Any) -> None:
    made = action(session, name="お礼")
    seen = page(f"/actions/{made.id}/edit").find("input", attrs={"name": "seen"})["value"]  # type: ignore[index]
    saved.update(session, made, saved.ActionDraft("別の名前", SetDraft([], True)), now=NOW)
    session.commit()
    answer = htmx(f"/actions/{made.id}", typed(seen=seen))
    assert answer.status_code == 422
    assert "ほかの人がこの内容を変えました" in answer.text
    assert "アクションなし" in answer.text
    session.expire_all()
    assert made.name == "別の名前"


def test_copying_and_deleting(session: Session, htmx: Any) -> None:
    made = action(session, name="お礼")
    htmx(f"/actions/{made.id}/copy")
    htmx(f"/actions/{made.id}/delete")
    assert session.scalars(sa.select(Action.name)).all() == ["お礼のコピー"]
    assert session.scalar(sa.select(sa.func.count()).select_from(ActionSet)) == 1


@pytest.mark.parametrize("path", ["/actions", "/actions/new"])
def test_outsiders_see_none_of_it(outsider: FlaskClient, path: str) -> None:
    assert outsider.get(path).status_code == 403
    assert outsider.post("/actions", data=typed()).status_code == 403
    assert outsider.post("/actions/editor?name=steps&place=actions.saved").status_code == 403
    assert outsider.post("/actions/trial?name=steps&place=actions.saved").status_code == 403


# The editor ----------------------------------------------------------------------------------------------------------


EDITOR = "/actions/editor?name=steps&place=actions.saved"


def kinds(html: str) -> list[str]:
    soup = BeautifulSoup(html, "html.parser")
    return [str(tag["value"]) for tag in soup.select("[data-row] > input[name$='.kind']")]


def test_the_editor_adds_moves_copies_and_removes_rows(htmx: Any) -> None:
    two = typed(**{"steps": ["k1", "k2"], "steps.k2.kind": "run_action"})
    assert kinds(htmx(EDITOR, two | {"op": "steps:add:send_text"}).text) == ["send_text", "run_action", "send_text"]
    assert kinds(htmx(EDITOR, two | {"op": "steps.k2:up"}).text) == ["run_action", "send_text"]
    assert kinds(htmx(EDITOR, two | {"op": "steps.k1:copy"}).text) == ["send_text", "send_text", "run_action"]
    answer = htmx(EDITOR, two | {"op": "steps.k1:remove"})
    assert (kinds(answer.text), regions(answer)) == (["run_action"], ["steps-editor"])


def test_without_javascript_the_form_itself_is_drawn_again_and_nothing_is_kept(
    session: Session, client: FlaskClient
) -> None:
    answer = client.post("/actions", data=typed(op="steps:add:run_action"))
    assert (answer.status_code, kinds(answer.text)) == (422, ["send_text", "run_action"])
    assert "赤い印" not in answer.text
    assert session.scalar(sa.select(sa.func.count()).select_from(Action)) == 0


def test_a_step_keeps_its_condition(session: Session, htmx: Any) -> None:
    score = a_score(session)
    session.commit()
    condition = {
        "steps.k1.if.all": "c1", "steps.k1.if.all.c1.kind": "score", "steps.k1.if.all.c1.score_id": str(score.id),
        "steps.k1.if.all.c1.basis": "total", "steps.k1.if.all.c1.least": "3",
    }  # fmt: skip
    htmx("/actions", typed(**condition))
    step = session.scalars(sa.select(ActionSet)).one().steps[0]
    assert step["segment"]["all"][0]["data"]["least"] == 3
    answer = htmx("/actions", typed(**condition | {"steps.k1.if.all.c1.least": ""}))
    assert answer.status_code == 422


def test_an_editor_of_an_unknown_place_is_not_drawn(htmx: Any) -> None:
    assert htmx("/actions/editor?name=steps&place=nowhere").status_code == 404
    assert htmx("/actions/editor?name=%3Cx%3E&place=actions.saved").status_code == 404


# Trying out ----------------------------------------------------------------------------------------------------------

TRIAL = "/actions/trial?name=steps&place=actions.saved"


def row_counts(session: Session) -> dict[str, int]:
    tables = Base.metadata.sorted_tables
    return {table.name: session.scalar(sa.select(sa.func.count()).select_from(table)) or 0 for table in tables}


def test_trying_out_offers_friends_and_changes_nothing(session: Session, htmx: Any) -> None:
    score, friend = a_score(session, name="来店"), a_friend(session, display_name="あきこ")
    session.commit()
    assert "あきこ" in htmx(TRIAL, typed()).text
    before = row_counts(session)
    steps = {"steps": ["k1", "k2"], "steps.k2.kind": "score", "steps.k2.score_id": str(score.id)}
    steps |= {"steps.k2.way": "add", "steps.k2.points": "3"}
    text = BeautifulSoup(htmx(TRIAL, typed(**steps, trial_friend=str(friend.id))).text, "html.parser").get_text()
    assert "すぐに送る：ありがとう" in text
    assert "スコア「来店」に3点を加える（累計3点）" in text
    session.expire_all()
    assert row_counts(session) == before


def test_trying_out_says_what_is_still_missing(session: Session, htmx: Any) -> None:
    friend = a_friend(session)
    session.commit()
    answer = htmx(TRIAL, typed(**{"steps.k1.text": ""}, trial_friend=str(friend.id)))
    assert "1番目：送る文章を入力してください。" in answer.text


def test_trying_out_tells_that_it_ran_before(session: Session, htmx: Any) -> None:
    friend, made = a_friend(session), an_action(session, HELLO, repeats=False)
    found = saved.set_of(session, made)
    assert found is not None
    actions.run(session, found, friend, actions.Trigger("x", NOW))
    session.commit()
    form = typed(**{"steps.holder": str(made.id)}, trial_friend=str(friend.id))
    del form["steps.repeats"]
    answer = htmx(TRIAL, form)
    assert "すでに実行しています" in answer.text
    assert "すぐに送る：ありがとう" in BeautifulSoup(answer.text, "html.parser").get_text()


# By hand -------------------------------------------------------------------------------------------------------------


def test_a_run_by_hand_is_confirmed_first_and_happens_once(session: Session, page: Page, htmx: Any) -> None:
    friend, made = a_friend(session), action(session)
    asked = page(f"/actions/run?friend_id={friend.id}&action_id={made.id}")
    assert "「こんにちは」と送る" in asked.get_text()
    token = asked.find("input", attrs={"name": "token"})["value"]  # type: ignore[index]
    for _ in range(2):
        answer = htmx(f"/actions/{made.id}/run", {"friend_id": friend.id, "token": token})
        assert regions(answer) == ["friend-actions", "toasts"]
    assert session.scalar(sa.select(sa.func.count()).select_from(Delivery)) == 1
    assert session.scalars(sa.select(ActionRun)).one().results[0]["state"] == "done"


def test_staff_may_run_but_not_edit(session: Session, outsider: FlaskClient) -> None:
    friend, made = a_friend(session), action(session)
    answer = outsider.post(f"/actions/{made.id}/run", data={"friend_id": friend.id, "token": "t"})
    assert answer.status_code == 303
    assert outsider.get(f"/actions/{made.id}/edit").status_code == 403


def test_a_run_is_allowed_once_more(session: Session, htmx: Any) -> None:
    friend, made = a_friend(session), action(session, repeats=False)
    for token in "ab":
        htmx(f"/actions/{made.id}/run", {"friend_id": friend.id, "token": token})
    run = session.scalars(sa.select(ActionRun)).one()
    assert regions(htmx(f"/actions/runs/{run.id}/reset", {"friend_id": friend.id})) == ["friend-actions", "toasts"]
    htmx(f"/actions/{made.id}/run", {"friend_id": friend.id, "token": "c"})
    assert session.scalar(sa.select(sa.func.count()).select_from(Delivery)) == 2


def test_another_friends_run_is_not_touched(session: Session, htmx: Any) -> None:
    friend, other, made = a_friend(session), a_friend(session), action(session)
    htmx(f"/actions/{made.id}/run", {"friend_id": friend.id, "token": "a"})
    run = session.scalars(sa.select(ActionRun)).one()
    assert htmx(f"/actions/runs/{run.id}/reset", {"friend_id": other.id}).status_code == 404


def test_why_walks_the_chain(session: Session, page: Page, owner: Staff) -> None:
    friend = a_friend(session)
    inner = an_action(session, HELLO, name="お礼")
    made = an_action(session, {"kind": "run_action", "data": {"action_id": inner.id}}, name="来店")
    session.commit()
    run = saved.run_by_hand(session, made, friend, token="t", staff_id=owner.id, now=NOW)
    session.commit()
    assert run is not None
    text = page(f"/actions/why/{run.entry_id}").get_text()
    assert "アクションを実行した" in text
    assert "「こんにちは」と送る用意をしました。" in text
