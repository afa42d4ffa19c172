"""The page of rehearsals: what to try, and the talk it would become."""

import pytest
import sqlalchemy as sa

from lstep_lite.engine import greetings
from lstep_lite.models import Delivery, Friend, GreetingKind, Reminder, ReminderMode, ReminderStep, TimelineEntry
from tests.engine.test_rehearsals import a_question, branching
from tests.factories import NOW, a_field, a_friend, a_scenario, a_step, a_tag
from tests.web.conftest import inspect_page, regions

FORM = {
    "who": "imaginary",
    "name": "佐藤 美咲",
    "lot": "0",
    "start": "2026-03-05T10:00",
    "goal_at": "2026-03-08T10:00",
    "days": "90",
}


@pytest.fixture
def reminder(session, owner):
    blocks = [{"kind": "text", "text": "[name]さま、明日お待ちしています"}]
    step = ReminderStep(position=1, name="", minutes=-1440, timed_at=NOW, blocks=blocks)
    times = {"created_at": NOW, "updated_at": NOW}
    made = Reminder(name="ご来店", position=1, mode=ReminderMode.REMAINING, steps=[step], **times)
    session.add(made)
    a_tag(session, name="新規")
    a_field(session, name="好きな色")
    session.commit()
    return made


@pytest.fixture
def form(reminder):
    return FORM | {"what": f"reminders:{reminder.id}"}


def kept(session):
    return [session.scalar(sa.select(sa.func.count(model.id))) for model in (Friend, Delivery, TimelineEntry)]


def test_with_nothing_to_try_the_page_says_what_to_make_first(page, owner):
    assert "まだ試すものがありません" in page("/rehearsals/new").get_text()


def test_a_link_from_elsewhere_chooses_what_and_with_whom(page, session, reminder):
    friend = a_friend(session, real_name="田中 花")
    session.commit()
    found = page(f"/rehearsals/new?what=reminders:{reminder.id}&friend={friend.id}")
    assert found.select_one(f"option[value='reminders:{reminder.id}'][selected]")
    assert found.select_one(f"input[name=friend_id][value='{friend.id}'][checked]")


def test_a_scenario_can_be_tried_from_a_step_on_the_way(page, htmx, session, owner):
    steps = (a_step("はじめに", days=1, at="12:00"), a_step("つぎに", days=2, at="12:00", code="second"))
    what = f"scenarios:{a_scenario(session, *steps).id}:live"
    session.commit()

    found = page(f"/rehearsals/new?what={what}")
    answer = htmx("/rehearsals", FORM | {"what": what, "at_code": "second"}).text

    assert found.select_one("select[name=at_code] option[value=second]")
    assert "つぎに" in answer and "はじめに" not in answer


def test_a_run_shows_the_talk_and_keeps_nothing(htmx, session, form):
    before = kept(session)
    answer = htmx("/rehearsals", form)
    assert regions(answer) == ["rehearsal-form", "film"]
    assert "佐藤 美咲さま、明日お待ちしています" in answer.text and "1通" in answer.text
    assert kept(session) == before


def test_a_greeting_is_tried_as_the_free_reply_that_it_is(htmx, session, form):
    blocks = [{"kind": "text", "text": "ようこそ"}]
    greetings.save(session, GreetingKind.NEW, is_on=False, blocks=blocks, now=NOW)
    session.commit()
    answer = htmx("/rehearsals", form | {"what": "greetings:new"})
    assert "ようこそ" in answer.text and "無料の返信" in answer.text and "0通" in answer.text


def test_without_htmx_the_whole_page_comes_back_with_the_talk(client, form):
    assert "明日お待ちしています" in inspect_page(client.post("/rehearsals", data=form)).get_text()


def test_a_button_in_a_message_can_be_assumed_to_be_tapped_and_not_tapped_again(client, session, owner):
    scenario = branching(session, a_question(session))
    session.commit()
    form = FORM | {"what": f"scenarios:{scenario.scenario_id}:live"}

    shown = inspect_page(client.post("/rehearsals", data=form))
    plus = shown.select_one(".film-sending button[name=taps]")
    tapped = inspect_page(client.post("/rehearsals", data=form | {"taps": plus["value"]}))

    assert plus.find_parent("form") and "「はい」をタップした場合を見る" in plus.get_text()
    assert "またの機会に" in shown.get_text() and "お待ちしています" in tapped.get_text()
    assert not tapped.select(".film-sending button[name=taps]")
    assert tapped.select_one(".film-assumed button[name=taps]")["value"] == ""


def test_somebody_real_is_found_by_name_or_picked_from_several(htmx, session, form):
    friends = [a_friend(session, display_name=f"高橋 {name}", search_text="高橋") for name in ("陽菜", "葵")]
    session.commit()
    asked = form | {"who": "friend", "friend_text": "高橋"}

    several = htmx("/rehearsals", asked)
    picked = htmx("/rehearsals", asked | {"found_for": "高橋", "friend_id": str(friends[1].id)})

    assert several.status_code == 422 and "高橋 陽菜" in several.text
    assert picked.status_code == 200 and "高橋 葵さま、明日" in picked.text


@pytest.mark.parametrize(
    ("over", "words"),
    [
        ({"what": "reminders:999999"}, "試すものを選んでください"),
        ({"name": ""}, "お客様の名前を入力してください"),
        ({"who": "friend", "friend_text": "いない人"}, "見つかりません"),
        ({"who": "friend", "friend_text": ""}, "友だちの名前を入力してください"),
    ],
)
def test_what_can_not_be_run_is_told_at_its_field(htmx, form, over, words):
    answer = htmx("/rehearsals", form | over)
    assert answer.status_code == 422 and regions(answer) == ["rehearsal-form"]
    assert words in answer.text


def test_what_a_browser_makes_up_about_taps_is_left_out(htmx, form):
    assert (
        htmx(
            "/rehearsals", form | {"taps": "いつか|x 2026-03-05T10:00|y 2026-03-05T10:00:00+09:00|nothing"}
        ).status_code
        == 200
    )


def test_who_may_not_edit_automation_sees_nothing_of_it(outsider, form):
    assert outsider.get("/rehearsals/new").status_code == 403
    assert outsider.post("/rehearsals", data=form).status_code == 403
