"""The list of reminders, the ladder of one, its steps and settings, and goals by hand."""

from datetime import UTC, date, datetime, timedelta

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import func, select

from lstep_lite.engine import actions, friends, reminders
from lstep_lite.engine.actions import SetDraft
from lstep_lite.models import Batch, Countdown, CountdownState, Delivery, Reminder, ReminderMode, ReminderStep
from tests.factories import NOW, a_friend, a_reminder, a_tester
from tests.web.conftest import regions

GOAL = datetime(2026, 3, 10, 5, 0, tzinfo=UTC)
STEP = {"name": "前日", "side": "before", "days": "1", "at_time": "18:00", "blocks-text": "明日です", "steps": ""}


@pytest.fixture
def reminder(session, owner):
    made = a_reminder(session, (-3, "18:00"), (-1, "18:00"), (1, "11:00"), name="来店リマインド")
    session.commit()
    return made


def set_goal(session, reminder, friend, goal_at=GOAL, origin="test"):
    countdown = reminders.set_goal(session, reminder, friend, goal_at, origin=origin, now=NOW)
    session.commit()
    return countdown


# The pages -----------------------------------------------------------------------------------------------------------


def test_every_page_of_a_reminder_opens(page, session, reminder):
    friend = a_friend(session)
    set_goal(session, reminder, friend)
    step = reminder.steps[0]
    base = f"/reminders/{reminder.id}"
    for path in ("/edit", "/steps/new", f"/steps/{step.id}/edit", "/steps/tests/new", "/goals", "/goals?state=stopped"):
        page(base + path)
    for path in ("/reminders", "/reminders/new"):
        page(path)
    words = [each.get_text(" ", strip=True) for each in page(base).select(".flow > li h3, .flow-time")]
    assert words == ["3日前", "18:00", "前日", "18:00", "当日（ゴールの日）", "翌日", "11:00"]


def test_a_reminder_by_remaining_time_shows_the_goal_between_its_steps(page, session, owner):
    reminder = a_reminder(session, 30, -90, mode=ReminderMode.REMAINING)
    session.commit()
    found = page(f"/reminders/{reminder.id}").select(".flow > li h3, .flow-time")
    assert [each.get_text(" ", strip=True) for each in found] == ["1時間30分前", "ゴールの時刻", "30分後"]


def test_an_empty_list_teaches_and_offers_samples(page, client, session, owner):
    assert "まだリマインダがありません" in page("/reminders").get_text()
    for name in ("visit", "seminar", "anniversary"):
        assert client.post(f"/reminders/samples/{name}").status_code == 303
    found = session.scalars(select(Reminder).order_by(Reminder.id)).all()
    assert [(each.name, each.is_on, len(each.steps)) for each in found] == [
        ("来店リマインド", False, 3),
        ("セミナー・イベント", False, 4),
        ("誕生日・記念日", False, 2),
    ]
    assert client.post("/reminders/samples/none").status_code == 404


def test_a_page_asks_the_same_number_of_times_however_long_it_is(page, session, reminder, count_queries):
    def asked(path):
        with count_queries() as statements:
            page(path)
        return len(statements)

    paths = ("/reminders", f"/reminders/{reminder.id}", f"/reminders/{reminder.id}/goals")
    set_goal(session, reminder, a_friend(session))
    before = [asked(path) for path in paths]
    for _ in range(5):
        set_goal(session, reminder, a_friend(session))
        a_reminder(session, (-1, "10:00"))
        reminders.steps.copy_into(session, reminder.steps[0], reminder, now=NOW)
    session.commit()
    assert [asked(path) for path in paths] == before
    assert max(before) <= 30


@pytest.mark.parametrize("path", ["", "/new", "/{id}", "/{id}/edit", "/{id}/steps/new", "/{id}/goals"])
def test_who_may_not_automate_may_not_look(outsider, reminder, path):
    assert outsider.get("/reminders" + path.format(id=reminder.id)).status_code == 403


# Making and changing -------------------------------------------------------------------------------------------------


def test_making_one_asks_for_a_name_and_for_how_times_are_told(htmx, client, session, owner):
    refused = htmx("/reminders", {"name": "", "folder_id": "0", "mode": "clock"})
    assert (refused.status_code, regions(refused)) == (422, ["reminder-form"])
    assert session.scalar(select(func.count(Reminder.id))) == 0
    client.post("/reminders", data={"name": "直前の案内", "folder_id": "0", "mode": "remaining"})
    made = session.scalars(select(Reminder)).one()
    assert (made.name, made.mode, made.is_on) == ("直前の案内", ReminderMode.REMAINING, False)


def test_a_step_is_added_changed_copied_and_deleted(client, htmx, session, reminder):
    base = f"/reminders/{reminder.id}/steps"
    client.post(base, data=STEP | {"side": "after", "days": "7"})
    step = session.scalars(select(ReminderStep).order_by(ReminderStep.id.desc())).first()
    assert (step.days, step.at_time, step.blocks[0]["text"]) == (7, "18:00", "明日です")
    form = BeautifulSoup(client.get(f"{base}/{step.id}/edit").text, "html.parser").select_one("input[name=seen]")
    saved = htmx(f"{base}/{step.id}", STEP | {"side": "on", "seen": form["value"]})
    assert (saved.status_code, regions(saved)) == (200, ["step-form", "toasts"])
    session.expire_all()
    assert step.days == 0
    client.post(f"{base}/{step.id}/copy")
    client.post(f"{base}/{step.id}/delete")
    session.expire_all()
    assert [each.days for each in session.get(Reminder, reminder.id).steps] == [-3, -1, 1, 0]


def test_a_step_by_remaining_time_is_typed_in_days_hours_and_minutes(client, session, owner):
    reminder = a_reminder(session, mode=ReminderMode.REMAINING, is_on=False)
    session.commit()
    typed = STEP | {"days": "0", "hours": "1", "minutes": "30"}
    client.post(f"/reminders/{reminder.id}/steps", data=typed)
    step = session.scalars(select(ReminderStep)).one()
    assert (step.minutes, step.at_time) == (-90, None)
    shown = BeautifulSoup(client.get(f"/reminders/{reminder.id}/steps/{step.id}/edit").text, "html.parser")
    assert [shown.select_one(f"input[name={name}]")["value"] for name in ("days", "hours", "minutes")] == [
        "0",
        "1",
        "30",
    ]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"at_time": ""}, "時刻を入力してください"),
        ({"blocks-text": ""}, "メッセージかアクションの、どちらかを入れてください"),
        ({"days": "-1"}, "0以上の数字"),
    ],
)
def test_a_step_that_is_not_complete_is_not_kept(htmx, session, reminder, wrong, said):
    refused = htmx(f"/reminders/{reminder.id}/steps", STEP | wrong)
    assert (refused.status_code, regions(refused)) == (422, ["step-form"])
    assert said in refused.text
    assert session.scalar(select(func.count(ReminderStep.id))) == 3


def test_settings_are_kept_and_hold_at_once(htmx, page, session, reminder):
    url = f"/reminders/{reminder.id}"
    window = {"window-kind": "chosen", "window-starts_at": "10:00", "window-ends_at": "19:00"}
    refused = htmx(url, {"name": "", "folder_id": "0", **window})
    assert (refused.status_code, regions(refused)) == (422, ["reminder-form"])
    saved = htmx(url, {"name": "来店", "folder_id": "0", "window-holidays": "send", **window})
    assert (saved.status_code, regions(saved)) == (200, ["reminder-form", "toasts"])
    session.expire_all()
    assert (reminder.name, reminder.window["ends_at"], reminder.follows_field) == ("来店", "19:00", False)
    assert "毎日 10:00〜19:00のみ" in page(url).get_text()


def test_switching_copying_and_deleting(htmx, client, session, reminder):
    set_goal(session, reminder, a_friend(session))
    answer = htmx(f"/reminders/{reminder.id}/switch", {"is_on": "no"})
    assert regions(answer) == ["reminder-list", "toasts"]
    client.post(f"/reminders/{reminder.id}/copy")
    client.post(f"/reminders/{reminder.id}/delete")
    session.expire_all()
    (twin,) = reminders.in_order(session)
    assert (twin.name, len(twin.steps), reminder.is_ending) == ("来店リマインドのコピー", 3, True)
    assert client.get(f"/reminders/{reminder.id}").status_code == 404


def test_settings_tell_where_a_reminder_is_used(page, session, reminder):
    stop = {"id": "s1", "kind": "reminder", "segment": None, "data": {"way": "stop", "reminder_id": reminder.id}}
    actions.keep(session, reminders.PLACE, reminder.steps[0].id, SetDraft([stop]), now=NOW)
    session.commit()
    assert "リマインダ「来店リマインド」の「3日前の18:00」" in page(f"/reminders/{reminder.id}/edit").get_text()
    assert "リマインダ「来店リマインド」を止める" in page(f"/reminders/{reminder.id}").get_text()


def test_testers_get_one_step_or_all(htmx, session, reminder):
    tester = a_tester(session, a_friend(session))
    session.commit()
    url = f"/reminders/{reminder.id}/steps/tests"
    assert htmx(url, {"step": "0", "token": "t"}).status_code == 422
    send = {"friend_ids": str(tester.id), "token": "t"}
    answer = htmx(url, send | {"step": str(reminder.steps[1].id)})
    assert (answer.status_code, regions(answer)) == (200, ["test-send", "toasts"])
    htmx(url, send | {"step": "0"})
    assert session.scalar(select(func.count(Delivery.id))) == 3, "the one that was sent with this token stays alone"


# Goals ---------------------------------------------------------------------------------------------------------------


def named(session, name):
    friend = a_friend(session, system_name=name)
    friends.refresh_search_text(friend)
    return friend


def goals(session):
    session.expire_all()
    return session.scalars(select(Countdown).order_by(Countdown.id)).all()


def test_a_goal_is_set_and_stopped_on_the_page_of_goals(htmx, page, session, reminder):
    friend = named(session, "山田 花子")
    session.commit()
    url = f"/reminders/{reminder.id}/goals"
    assert "山田 花子" in page(f"{url}?friend=山田").get_text()
    refused = htmx(f"{url}?friend=山田", {"friend_id": str(friend.id), "source": "typed", "goal_at": ""})
    assert (refused.status_code, regions(refused)) == (422, ["goals"])
    answer = htmx(url, {"friend_id": str(friend.id), "source": "typed", "goal_at": "2026-03-10T14:00"})
    assert regions(answer) == ["goals", "toasts"]
    assert "次は2026年3月7日(土) 18:00の「3日前の18:00」です。" in answer.text
    (countdown,) = goals(session)
    assert countdown.goal_at == GOAL
    other = a_reminder(session)
    session.commit()
    assert htmx(f"/reminders/{other.id}/goals/{countdown.id}/stop").status_code == 404
    htmx(f"{url}/{countdown.id}/stop")
    assert goals(session)[0].state is CountdownState.STOPPED


def test_goals_are_found_by_name(page, session, reminder):
    for name in ("山田 花子", "佐藤 一郎"):
        set_goal(session, reminder, named(session, name))
    found = page(f"/reminders/{reminder.id}/goals?q=佐藤").select("tbody tr")
    assert [("佐藤" in row.get_text()) for row in found] == [True]


def test_everybodys_goals_are_stopped_in_the_background(client, session, reminder):
    for _ in range(2):
        set_goal(session, reminder, a_friend(session))
    answer = client.post(f"/reminders/{reminder.id}/goals/stop", data={"token": "t"})
    batch = session.scalars(select(Batch)).one()
    assert answer.location.endswith(f"/batches/{batch.id}")
    assert batch.label == "リマインダ「来店リマインド」を止める"


def test_beside_a_friend_a_goal_is_set_moved_and_stopped(htmx, page, session, reminder):
    friend = a_friend(session, birthday=date(1990, 4, 10))
    session.commit()
    assert page(f"/friends/{friend.id}").select_one("#friend-reminders")
    url = f"/reminders/friends/{friend.id}"
    typed = {"reminder_id": str(reminder.id), "source": "typed", "goal_at": "2026-03-10T14:00"}
    assert regions(htmx(url, typed)) == ["friend-reminders", "toasts"]
    (countdown,) = goals(session)
    assert htmx(f"{url}/goals/{countdown.id}", {"source": "typed", "goal_at": ""}).status_code == 422
    htmx(f"{url}/goals/{countdown.id}", {"source": "typed", "goal_at": "2026-03-11T14:00"})
    assert goals(session)[0].goal_at == GOAL + timedelta(days=1)
    htmx(f"{url}/goals/{countdown.id}/stop")
    assert goals(session)[0].state is CountdownState.STOPPED
    htmx(url, {"reminder_id": str(reminder.id), "source": "system:birthday", "is_yearly": "yes"})
    assert goals(session)[1].goal_at == datetime(2026, 4, 10, 1, tzinfo=UTC)
    assert "「誕生日」の日付（毎年）" in page(f"/friends/{friend.id}").get_text()


def test_the_goal_of_another_friend_is_out_of_reach(htmx, session, reminder):
    countdown, other = set_goal(session, reminder, a_friend(session)), a_friend(session)
    session.commit()
    assert htmx(f"/reminders/friends/{other.id}/goals/{countdown.id}/stop").status_code == 404
    assert goals(session)[0].state is CountdownState.ACTIVE
