"""The menu on screen."""

import pytest

from lstep_lite.engine.reservations.keeping import courses, presets
from lstep_lite.models import Course, CourseState
from tests.factories import NOW
from tests.web.conftest import regions

FORM = {
    "name": "カット",
    "category_id": "0",
    "segments": ["60", "", "", "", ""],
    "price_kind": "fixed",
    "price": "5500",
    "before_minutes": "0",
    "after_minutes": "10",
    "is_online": "y",
    "state": "active",
    "own_deadline": "",
    "own_approval": "",
}


@pytest.fixture
def shop(session, owner):
    presets.take(session, presets.get("hair"), now=NOW)
    session.commit()


def test_the_pages_of_the_menu_hold_together(page, shop, session):
    page("/reservations/courses")
    page("/reservations/courses/new")
    page(f"/reservations/courses/{courses.in_order(session)[0].id}/edit")


def test_a_course_with_waiting_is_kept_in_its_parts(client, shop, session):
    client.post("/reservations/courses", data={**FORM, "name": "カラー2", "segments": ["30", "45", "20", "", ""]})
    made = session.query(Course).filter_by(name="カラー2").one()
    assert [(each["kind"], each["minutes"]) for each in made.segments] == [("work", 30), ("proc", 45), ("work", 20)]
    assert made.after_minutes == 10 and made.policy == {}


def test_what_differs_from_the_shop_is_kept_alone(client, shop, session):
    own = {"own_close_minutes": "1440", "own_approval": "all", "own_deadline": "minutes", "own_deadline_minutes": "90"}
    client.post("/reservations/courses", data={**FORM, "name": "特別", **own})
    made = session.query(Course).filter_by(name="特別").one()
    assert made.policy == {
        "closes": [{"kind": "minutes", "minutes": 1440}],
        "approval": "all",
        "deadline": {"kind": "minutes", "minutes": 90},
    }


@pytest.mark.parametrize(
    ("field", "value"), [("name", ""), ("segments", ["63"]), ("segments", [""]), ("price", "-1"), ("last_start", "昼")]
)
def test_what_cannot_be_is_shown_and_not_kept(htmx, shop, session, field, value):
    count = session.query(Course).count()
    answer = htmx("/reservations/courses", {**FORM, field: value})
    assert (answer.status_code, regions(answer)) == (422, ["course-form"])
    assert "invalid-feedback" in answer.text
    assert session.query(Course).count() == count


def test_a_course_is_hidden_in_place(htmx, shop, session):
    course = courses.in_order(session)[0]
    answer = htmx(f"/reservations/courses/{course.id}/state", {"is_on": "no"})
    assert regions(answer)[0] == "course-list"
    assert session.get_one(Course, course.id, populate_existing=True).state is CourseState.HIDDEN


def test_the_list_costs_the_same_for_many(client, shop, session, count_queries):
    with count_queries() as few:
        client.get("/reservations/courses")
    for number in range(10):
        draft = courses.CourseDraft(f"メニュー{number}", [{"kind": "work", "minutes": 30}])
        courses.create(session, draft, provider_ids=(), now=NOW)
    session.commit()
    with count_queries() as many:
        client.get("/reservations/courses")
    assert len(many) == len(few) <= 14


def test_an_outsider_changes_no_menu(outsider, shop):
    assert outsider.get("/reservations/courses").status_code == 403
    assert outsider.post("/reservations/courses", data=FORM).status_code == 403
