"""The list of scores, their thresholds, the friends with the most points, and points given by hand."""

import pytest
from sqlalchemy import select

from lstep_lite.engine import actions, scores
from lstep_lite.engine.actions import SetDraft
from lstep_lite.engine.scores import ThresholdDraft
from lstep_lite.models import Basis, ChangedBy, Direction, Score, ScorePoint, ScoreThreshold
from tests.factories import NOW, a_friend, a_score
from tests.web.conftest import regions

FORM = {"name": "来店スコア", "folder_id": "0", "recent_days": "30"}
STEP = {
    "actions": "s1",
    "actions.s1.kind": "score",
    "actions.s1.way": "add",
    "actions.s1.points": "1",
    "actions.repeats": "yes",
}


@pytest.fixture
def score(session, owner):
    made = a_score(session, name="来店")
    session.commit()
    return made


@pytest.fixture
def friend(session, owner):
    made = a_friend(session, display_name="山田")
    session.commit()
    return made


def give(session, score, friend, points):
    scores.add(session, score, friend, points, reason="来店", changed_by=ChangedBy.STAFF, now=NOW)
    session.commit()


def test_an_empty_list_says_what_scores_are_for(page, owner):
    assert page("/scores").select_one(".empty a")["href"] == "/scores/new"


def test_the_list_shows_how_many_have_points_and_what_is_broken(page, session, score, friend):
    gone = a_score(session)
    step = {"id": "s", "kind": "score", "data": {"score_id": gone.id, "way": "add", "points": 1}, "segment": None}
    draft = ThresholdDraft(Basis.TOTAL, Direction.UP, 100, SetDraft([step]))
    scores.add_threshold(session, score, draft, now=NOW)
    scores.delete(session, gone)
    give(session, score, friend, 5)
    row = page("/scores").select_one("tbody tr")
    assert "1人" in row.get_text()
    assert "参照先がありません" in row.get_text()
    href = row.select_one("td.number a")["href"]
    assert "山田" in page(href).get_text()


def test_the_list_costs_the_same_however_many_there_are(page, session, score, count_queries):
    with count_queries() as few:
        page("/scores")
    for _ in range(10):
        extra = a_score(session)
        scores.add_threshold(session, extra, ThresholdDraft(Basis.TOTAL, Direction.UP, 1), now=NOW)
    session.commit()
    with count_queries() as many:
        page("/scores")
    assert len(many) <= len(few) + 1 <= 12, "one more: the sets, once there are thresholds"


def test_a_score_is_made_and_edited(htmx, session, owner):
    answer = htmx("/scores", FORM)
    score = session.scalars(select(Score)).one()
    assert answer.headers["HX-Redirect"] == f"/scores/{score.id}/edit"
    answer = htmx(f"/scores/{score.id}", FORM | {"recent_days": "７"})
    assert regions(answer) == ["score-form", "toasts"]
    session.expire_all()
    assert (score.recent_days, score.recounted_to) == (7, 0)


@pytest.mark.parametrize(("change", "words"), [({"name": ""}, "名前を入力"), ({"recent_days": "0"}, "1〜3,650")])
def test_what_is_wrong_is_said_and_nothing_is_saved(htmx, session, owner, change, words):
    answer = htmx("/scores", FORM | change)
    assert (answer.status_code, regions(answer)) == (422, ["score-form"])
    assert words in answer.text
    assert session.scalars(select(Score)).all() == []


def test_what_somebody_else_changed_is_shown_before_it_is_overwritten(client, page, session, score):
    seen = page(f"/scores/{score.id}/edit").select_one("[name=seen]")["value"]
    score.name = "別の名前"
    session.commit()
    answer = client.post(f"/scores/{score.id}", data=FORM | {"seen": seen})
    assert answer.status_code == 422
    assert "別の名前" in answer.text
    session.expire_all()
    assert score.name == "別の名前"


def test_a_threshold_with_its_actions_is_made_edited_and_deleted(htmx, page, session, score):
    form = {"basis": "total", "direction": "up", "points": "100"} | STEP | {"actions.s1.score_id": str(score.id)}
    answer = htmx(f"/scores/{score.id}/thresholds", form)
    assert answer.headers["HX-Redirect"] == f"/scores/{score.id}/edit"
    shown = page(f"/scores/{score.id}/edit").get_text()
    assert "累計が100点以上になったとき" in shown
    assert "スコア「来店」に1点を加える" in shown
    threshold = session.scalars(select(ScoreThreshold)).one()
    url = f"/scores/thresholds/{threshold.id}"
    assert page(f"{url}/edit").select_one("[name=points]")["value"] == "100"
    answer = htmx(url, form | {"points": "50", "direction": "down"})
    assert regions(answer) == ["threshold-form", "toasts"]
    session.expire_all()
    assert (threshold.points, threshold.direction) == (50, Direction.DOWN)
    htmx(f"{url}/delete")
    assert session.scalars(select(ScoreThreshold)).all() == []
    assert actions.at(session, scores.PLACE, threshold.id) is None


def test_a_threshold_without_actions_says_so(page, session, score):
    scores.add_threshold(session, score, ThresholdDraft(Basis.RECENT, Direction.DOWN, 1), now=NOW)
    session.commit()
    assert "まだアクションがありません" in page(f"/scores/{score.id}/edit").get_text()


def test_a_threshold_with_an_unfinished_step_is_not_kept(htmx, session, score):
    answer = htmx(f"/scores/{score.id}/thresholds", {"basis": "total", "direction": "up", "points": "1"} | STEP)
    assert (answer.status_code, regions(answer)) == (422, ["threshold-form"])
    assert "スコアを選んでください" in answer.text
    assert session.scalars(select(ScoreThreshold)).all() == []


def test_the_most_points_stand_first(page, session, score, friend):
    other = a_friend(session, display_name="佐藤")
    give(session, score, friend, 5)
    give(session, score, other, 9)
    shown = [link.get_text(strip=True) for link in page(f"/scores/{score.id}").select("tbody .friend-chip-name")]
    assert shown == ["佐藤", "山田"]
    assert page(f"/scores/{score.id}?by=recent").select_one("[aria-current=page]").get_text(strip=True)


def test_points_by_hand_are_written_down_with_name_and_reason(htmx, page, session, score, friend):
    form = {"score_id": str(score.id), "way": "subtract", "points": "3", "reason": "無断キャンセル"}
    answer = htmx(f"/scores/friends/{friend.id}", form)
    assert regions(answer) == ["friend-scores", "toasts"]
    assert "無断キャンセル" in answer.text and "花子さん" in answer.text
    point = session.scalars(select(ScorePoint)).one()
    assert (point.points, point.changed_by) == (-3, ChangedBy.STAFF)
    assert "-3点" in page(f"/friends/{friend.id}").select_one("#friend-scores").get_text()


def test_points_without_a_reason_are_not_taken(htmx, session, score, friend):
    answer = htmx(f"/scores/friends/{friend.id}", {"score_id": str(score.id), "way": "add", "points": "3"})
    assert (answer.status_code, regions(answer)) == (422, ["friend-scores"])
    assert session.scalars(select(ScorePoint)).all() == []


def test_copying_and_deleting(htmx, client, session, score):
    htmx(f"/scores/{score.id}/copy")
    client.post(f"/scores/{score.id}/delete")
    assert [row.name for row in session.scalars(select(Score))] == ["来店のコピー"]


def test_staff_may_give_points_and_change_no_settings(outsider, session, score, friend):
    assert outsider.get("/scores").status_code == 403
    assert outsider.post(f"/scores/{score.id}/delete").status_code == 403
    form = {"score_id": str(score.id), "way": "add", "points": "3", "reason": "来店"}
    assert outsider.post(f"/scores/friends/{friend.id}", data=form).status_code == 303
