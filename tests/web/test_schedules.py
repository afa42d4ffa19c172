"""The list of schedules, their editor with the next runs, the history, and a run by hand."""

from datetime import date

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select

from lstep_lite.engine import actions, schedules
from lstep_lite.engine.actions import SetDraft
from lstep_lite.models import Batch, Pattern, RunState, Schedule, ScheduleRun
from tests.factories import NOW, a_friend, a_schedule, a_score
from tests.web.conftest import regions

FORM = {
    "name": "お知らせ",
    "folder_id": "0",
    "is_on": "y",
    "pattern": "monthly",
    "monthly_by": "nth",
    "day": "1",
    "nth": "2",
    "weekday": "1",
    "month": "1",
    "day_of_year": "1",
    "target": "system:birthday",
    "side": "on",
    "days": "1",
    "yearly": "y",
    "at_time": "10:00",
    "actions": "s1",
    "actions.s1.kind": "score",
    "actions.s1.way": "add",
    "actions.s1.points": "1",
    "actions.repeats": "yes",
}


@pytest.fixture
def form(session, owner):
    score = a_score(session, name="来店")
    session.commit()
    return FORM | {"actions.s1.score_id": str(score.id)}


@pytest.fixture
def schedule(session, owner):
    made = a_schedule(session, name="毎日のお知らせ")
    session.commit()
    return made


def give_a_point(session, schedule):
    step = {
        "id": "s",
        "kind": "score",
        "data": {"score_id": a_score(session).id, "way": "add", "points": 1},
        "segment": None,
    }
    actions.keep(session, schedules.PLACE, schedule.id, SetDraft([step], repeats=True), now=NOW)
    session.commit()


def test_an_empty_list_says_what_schedules_are_for(page, owner):
    assert page("/schedules").select_one(".empty a")["href"] == "/schedules/new"


def test_the_list_tells_when_each_runs_next_and_ran_last(page, session, schedule):
    session.add(ScheduleRun(schedule_id=schedule.id, due_at=NOW, state=RunState.MISSED))
    session.commit()
    row = page("/schedules").select_one("tbody tr").get_text()
    assert "毎日の12:00" in row
    assert "3月5日(木) 12:00" in row
    assert "実行できませんでした" in row


def test_the_list_costs_the_same_however_many_there_are(page, session, schedule, count_queries):
    give_a_point(session, schedule)
    with count_queries() as few:
        page("/schedules")
    for _ in range(10):
        give_a_point(session, a_schedule(session))
    with count_queries() as many:
        page("/schedules")
    assert len(many) == len(few) <= 12


def test_a_schedule_is_made_and_its_page_says_when_and_what(htmx, page, session, form):
    answer = htmx("/schedules", form)
    schedule = session.scalars(select(Schedule)).one()
    assert answer.headers["HX-Redirect"] == f"/schedules/{schedule.id}"
    assert schedule.params == {"by": "nth", "nth": 2, "weekday": 1}
    shown = page(f"/schedules/{schedule.id}").get_text()
    assert "毎月第2火曜日の10:00" in shown
    assert "3月10日(火) 10:00" in shown
    assert "スコア「来店」に1点を加える" in shown


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"name": ""}, "名前を入力"),
        ({"pattern": "once"}, "日付を入力"),
        ({"pattern": "once", "on": "2026-03-04"}, "もう実行する日がありません"),
        ({"pattern": "weekly"}, "曜日を1つ以上"),
        ({"pattern": "yearly", "month": "2", "day_of_year": "30"}, "この日は暦にありません"),
        ({"pattern": "date_field", "side": "before", "days": ""}, "日数を1以上"),
        ({"at_time": ""}, "時刻を入力"),
        ({"starts_on": "2026-05-01", "ends_on": "2026-04-01"}, "始まりの日より後"),
        ({"actions.s1.points": ""}, "点数は1"),
    ],
)
def test_what_is_missing_is_said_and_nothing_is_saved(htmx, session, form, change, words):
    answer = htmx("/schedules", form | change)
    assert (answer.status_code, regions(answer)) == (422, ["schedule-form"])
    assert words in answer.text
    assert session.scalars(select(Schedule)).all() == []


@pytest.mark.parametrize(
    "change",
    [
        {"pattern": "once", "on": "2026-04-01"},
        {"pattern": "daily"},
        {"pattern": "weekly", "weekdays": ["0", "6"]},
        {"monthly_by": "day", "day": "31"},
        {"monthly_by": "last"},
        {"pattern": "yearly", "month": "2", "day_of_year": "29"},
        {"pattern": "date_field", "side": "before", "days": "3"},
        {"pattern": "date_field", "side": "on"},
    ],
)
def test_the_editor_opens_with_what_was_saved_and_saves_it_alike(htmx, page, session, form, change):
    htmx("/schedules", form | change)
    schedule = session.scalars(select(Schedule)).one()
    before = (schedule.pattern, schedule.params, schedule.at_time)
    answer = htmx(f"/schedules/{schedule.id}", filled_in(page(f"/schedules/{schedule.id}/edit")))
    assert regions(answer) == ["schedule-form", "toasts"]
    session.expire_all()
    assert (schedule.pattern, schedule.params, schedule.at_time) == before


def filled_in(soup: BeautifulSoup) -> dict[str, list[str]]:
    """The editor as a browser posts it."""
    found: dict[str, list[str]] = {}
    for field in soup.select("form.schedule-form input[name], form.schedule-form select[name]"):
        if field.get("type") in ("checkbox", "radio") and not field.has_attr("checked"):
            continue
        chosen = field.select_one("option[selected]") or field.select_one("option") if field.name == "select" else field
        found.setdefault(str(field["name"]), []).append(str(chosen.get("value", "y") if chosen else ""))
    return found


def test_the_next_five_runs_and_their_friends_follow_what_is_chosen(htmx, session, form):
    a_friend(session, birthday=date(1990, 3, 7))
    a_friend(session, birthday=None)
    session.commit()
    answer = htmx("/schedules/preview", form)
    assert regions(answer) == ["schedule-preview"]
    soup = BeautifulSoup(answer.text, "html.parser")
    assert [line.get_text(strip=True) for line in soup.select(".next-runs li")] == [
        "3月10日(火) 10:00",
        "4月14日(火) 10:00",
        "5月12日(火) 10:00",
        "6月9日(火) 10:00",
        "7月14日(火) 10:00",
    ]
    assert "2人" in soup.get_text()
    answer = htmx("/schedules/preview", form | {"pattern": "date_field", "side": "before", "days": "1"})
    soup = BeautifulSoup(answer.text, "html.parser")
    assert [line.get_text(strip=True) for line in soup.select(".next-runs li")][:2] == [
        "3月6日(金) 10:001人",
        "3月7日(土) 10:000人",
    ]
    assert "「誕生日」（毎年）の1日前の10:00" in soup.get_text()
    assert "「いつ」と「だれに」を入力" in htmx("/schedules/preview", form | {"at_time": ""}).text


def test_the_friends_of_a_birthday_run_can_be_looked_at(htmx, page, session, form):
    a_friend(session, display_name="三月", birthday=date(1990, 3, 6))
    a_friend(session, display_name="四月", birthday=date(1990, 4, 6))
    session.commit()
    answer = htmx("/schedules/preview", form | {"pattern": "date_field", "at_time": "12:00"})
    href = BeautifulSoup(answer.text, "html.parser").select_one("a[href*='own_day']")["href"]
    listed = page(href).get_text()
    assert "四月" not in listed


def test_switching_off_copying_and_deleting(htmx, client, session, schedule):
    assert regions(htmx(f"/schedules/{schedule.id}/switch", {"is_on": "no"})) == ["schedule-list", "toasts"]
    session.expire_all()
    assert (schedule.is_on, schedule.due_at) == (False, None)
    client.post(f"/schedules/{schedule.id}/copy")
    client.post(f"/schedules/{schedule.id}/delete")
    assert [row.name for row in session.scalars(select(Schedule))] == ["毎日のお知らせのコピー"]


def test_a_schedule_that_is_over_can_not_be_switched_on(htmx, session, schedule):
    schedule.pattern, schedule.params, schedule.is_on = Pattern.ONCE, {"on": "2026-03-04"}, False
    session.commit()
    answer = htmx(f"/schedules/{schedule.id}/switch", {"is_on": "yes"})
    assert answer.status_code == 409
    assert "もう実行する日がありません" in answer.text


def test_a_run_by_hand_asks_first_and_pressing_twice_is_one_run(client, page, session, schedule):
    give_a_point(session, schedule)
    a_friend(session, display_name="山田")
    session.commit()
    asked = page(f"/schedules/{schedule.id}/runs/new")
    assert "1人に実行する" in asked.get_text()
    token = asked.select_one("[name=token]")["value"]
    answers = [client.post(f"/schedules/{schedule.id}/runs", data={"token": token}) for _ in range(2)]
    batch = session.scalars(select(Batch)).one()
    assert {answer.headers["Location"] for answer in answers} == {f"/batches/{batch.id}"}
    shown = page(f"/schedules/{schedule.id}")
    assert "花子さんが手で実行" in shown.get_text()
    assert shown.select_one(f"a[href='/batches/{batch.id}']")


def test_staff_without_the_right_are_refused(outsider, schedule):
    assert outsider.get("/schedules").status_code == 403
    assert outsider.post(f"/schedules/{schedule.id}/runs").status_code == 403
