"""Answers: what is taken, what follows from it, and what happens to those who come late or twice."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine import fields, surveys, tags, timeline
from lstep_lite.engine.actions import SetDraft
from lstep_lite.engine.surveys import answering, days, drafts, opening, parsing, seats, words
from lstep_lite.engine.surveys.opening import NotOpen, Reason
from lstep_lite.engine.surveys.parsing import Refused
from lstep_lite.errors import NotFound
from lstep_lite.models import (
    ActionRun,
    AnswerRate,
    Consent,
    FieldChange,
    FieldType,
    Friend,
    SurveyAnswer,
    SurveyChange,
    SurveyDay,
    SurveyDraft,
    SurveyPick,
    TimelineEntry,
)
from tests.engine.surveys.answers import adds, answer, filled, when
from tests.factories import (
    NOW,
    a_field,
    a_friend,
    a_question,
    a_shop,
    a_staff,
    a_survey,
    a_survey_choice,
    a_survey_page,
    a_tag,
)

LATER = NOW + timedelta(minutes=10)


@pytest.fixture
def ann(session: Session) -> Friend:
    a_shop(session)
    found = a_friend(session, display_name="アン")
    session.commit()
    return found


def carried(session: Session, friend: Friend) -> list[str]:
    return [each.tag.name for each in tags.of(session, friend)]


def test_an_answer_is_saved_then_its_fields_then_choices_in_order_then_the_form(session: Session, ann: Friend) -> None:
    first, second, last = (a_tag(session, name=name) for name in ("肌", "髪", "回答済み"))
    field = a_field(session, FieldType.CHOICES, "肌", "髪", "爪")
    interests = [a_survey_choice("髪", "checkbox", actions=when(second)), a_survey_choice("肌", "checkbox")]
    interests[1]["actions"] = when(first)
    name = a_question(label="お名前", save_to=["system:real_name"])
    phone = a_question(rule="phone", save_to=["system:phone"])
    wants = a_question("checkbox", choices=interests, save_to=[f"field:{field.id}", "system:memo"])
    survey = a_survey(session, name, phone, wants)
    surveys.keep_actions(session, survey, SetDraft([adds(last)], repeats=True), now=NOW)
    form = {name["id"]: "花田 桜", phone["id"]: "０９０-1234-5678", wants["id"]: [each["id"] for each in interests]}
    made = answer(session, survey, ann, form)
    session.expire_all()

    assert (ann.real_name, ann.phone, ann.memo) == ("花田 桜", "09012345678", "髪、肌")
    options = {option.label: option.id for option in fields.target(session, f"field:{field.id}").options}
    assert fields.read(session, ann, f"field:{field.id}") == (options["肌"], options["髪"])
    assert [value["text"] for value in made.values] == ["花田 桜", "090-1234-5678", "髪、肌"]
    kinds = [entry.kind for entry in session.scalars(sa.select(TimelineEntry).order_by(TimelineEntry.id))]
    runs = [place for place, kind in enumerate(kinds) if kind == "action.run"]
    assert kinds[0] == "survey.submitted"
    assert max(place for place, kind in enumerate(kinds) if kind == "field.changed") < runs[0]
    done = [entry.facts["label"] for entry in session.scalars(sa.select(TimelineEntry).order_by(TimelineEntry.id))
            if entry.kind == "tag.attached"]  # fmt: skip
    assert done == ["髪", "肌", "回答済み"]
    item = next(each for each in timeline.entries(session, ann) if each.entry.id == made.entry_id)
    assert (item.label, item.detail) == ("フォームに回答した", survey.name)


def test_the_same_page_sent_twice_is_one_answer(session: Session, ann: Friend) -> None:
    survey = a_survey(session, rate=AnswerRate.MANY)
    surveys.keep_actions(session, survey, SetDraft([adds(a_tag(session))], repeats=True), now=NOW)
    draft = filled(session, survey, ann, {})
    token = draft.token
    first = answering.submit(session, survey, draft, friend=ann, now=NOW)
    second = answering.submit(session, survey, draft, friend=ann, now=NOW)
    session.commit()
    assert first is second is answering.sent(session, survey, token)
    assert survey.answers_count == 1
    assert len(session.scalars(sa.select(ActionRun)).all()) == 1
    assert session.scalars(sa.select(SurveyDraft)).all() == []


def test_only_what_was_met_on_the_way_counts(session: Session, ann: Friend) -> None:
    yes, no = a_survey_choice("はい"), a_survey_choice("いいえ", actions=when(a_tag(session)))
    picked = a_question("radio", choices=[yes, no])
    condition = {"kind": "survey_condition", "id": "condition-1", "question": picked["id"], "choices": [yes["id"]]}
    asked = a_question(label="くわしく", is_required=True, shown_if=[condition], save_to=["system:memo"])
    jump = {"kind": "survey_jump", "id": "jump-0001", "question": picked["id"], "choices": [yes["id"]], "page": "end"}
    skipped = a_question(label="理由", is_required=True, save_to=["system:real_name"])
    pages = [a_survey_page(picked, asked, jumps=[jump]), a_survey_page(skipped)]
    survey = a_survey(session, pages=pages, rate=AnswerRate.MANY)
    session.commit()
    with pytest.raises(Refused) as refusal:
        answer(session, survey, ann, {picked["id"]: yes["id"]})
    assert refusal.value.errors == {asked["id"]: parsing.MISSING}
    session.rollback()

    made = answer(session, survey, ann, {picked["id"]: yes["id"], asked["id"]: "はい"})
    assert [value["code"] for value in made.values] == [picked["id"], asked["id"]]
    assert (ann.memo, ann.real_name) == ("はい", None)
    other = answer(session, survey, ann, {picked["id"]: no["id"], asked["id"]: "x", skipped["id"]: "遠い"})
    assert [value["text"] for value in other.values] == ["いいえ", "遠い"]
    assert (ann.memo, ann.real_name) == ("はい", "遠い"), "a question that was not met empties nothing"


def test_a_full_choice_is_refused_by_name_and_leaves_nothing(session: Session, ann: Friend) -> None:
    morning, evening = a_survey_choice("午前", seats=1), a_survey_choice("午後", seats=5)
    question = a_question("radio", choices=[morning, evening])
    survey = a_survey(session, question)
    session.commit()
    answer(session, survey, ann, {question["id"]: morning["id"]})
    bob = a_friend(session)
    draft = filled(session, survey, bob, {question["id"]: morning["id"]})
    session.commit()
    with pytest.raises(Refused) as refusal:
        answering.submit(session, survey, draft, friend=bob, now=NOW)
    assert refusal.value.errors == {question["id"]: "「午前」は定員に達しました。ほかの選択肢を選んでください。"}
    session.rollback()
    assert (survey.answers_count, seats.left(session, survey)) == (1, {morning["id"]: 0, evening["id"]: 5})
    assert draft.typed[question["id"]] == {"": [morning["id"]]}, "what was typed is still there"
    assert seats.full(session, survey) == {morning["id"]}


@pytest.mark.parametrize(
    ("form", "reason"),
    [
        ({"is_open": False}, Reason.CLOSED),
        ({"opens_at": LATER}, Reason.BEFORE),
        ({"closes_at": NOW}, Reason.AFTER),
        ({"most_answers": 1}, Reason.FULL),
        ({}, Reason.ANSWERED),
        ({"rate": AnswerRate.EVERY, "rate_days": 2}, Reason.ANSWERED),
        ({"rate": AnswerRate.EVERY, "rate_days": 1}, None),
        ({"rate": AnswerRate.MANY}, None),
    ],
)
def test_a_form_says_why_it_takes_no_answer(
    session: Session, ann: Friend, form: dict[str, object], reason: Reason | None
) -> None:
    survey = a_survey(session, **form)
    draft = filled(session, survey, ann, {})
    before = {"friend_id": ann.id, "submitted_at": NOW - timedelta(days=1), "revision": 1, "values": []}
    session.add(SurveyAnswer(code="c", token="t", survey_id=survey.id, **before))
    survey.answers_count = 1
    session.commit()
    verdict = opening.can_answer(session, survey, ann, now=NOW)
    assert (verdict.ok, verdict.reason) == (reason is None, reason)
    assert bool(verdict.text) is not verdict.ok
    if reason is not None:
        with pytest.raises(NotOpen):
            answering.submit(session, survey, draft, friend=ann, now=NOW)
        session.rollback()


def test_the_deadline_that_passes_while_the_page_is_open_counts(session: Session, ann: Friend) -> None:
    survey = a_survey(session, closes_at=LATER, closed_text="締め切りました。")
    draft = filled(session, survey, ann, {})
    with pytest.raises(NotOpen, match=r"締め切りました。"):
        answering.submit(session, survey, draft, friend=ann, now=LATER)
    session.rollback()


def changeable(session: Session, **over: object) -> tuple:
    old, new, full = a_tag(session, name="古い"), a_tag(session, name="新しい"), a_tag(session, name="全員")
    one = a_survey_choice("A", seats=1, actions=when(old))
    two = a_survey_choice("B", seats=1, actions=when(new))
    question = a_question("radio", choices=[one, two], save_to=["system:memo"])
    survey = a_survey(session, question, editable_minutes=30, **over)
    surveys.keep_actions(session, survey, SetDraft([adds(full)], repeats=True), now=NOW)
    session.commit()
    return survey, question, one, two


@pytest.mark.parametrize(("clears", "left"), [(False, {"古い", "新しい", "全員"}), (True, {"新しい", "全員"})])
def test_changing_an_answer_keeps_what_it_was_and_moves_places_and_tags(
    session: Session, ann: Friend, clears: bool, left: set[str]
) -> None:
    survey, question, one, two = changeable(session, clears_other_tags=clears)
    made = answer(session, survey, ann, {question["id"]: one["id"]})
    again = answer(session, survey, ann, {question["id"]: two["id"]}, answer=made, now=LATER)
    assert again is made and survey.answers_count == 1
    assert (made.values[0]["text"], made.submitted_at, made.edited_at) == ("B", NOW, LATER)
    assert seats.left(session, survey) == {one["id"]: 1, two["id"]: 0}
    assert session.scalars(sa.select(SurveyChange)).one().before[0]["text"] == "A"
    assert [pick.choice_code for pick in session.scalars(sa.select(SurveyPick))] == [two["id"]]
    assert set(carried(session, ann)) == left
    assert ann.memo == "B"
    assert len(session.scalars(sa.select(ActionRun)).all()) == 3, "the form's own actions ran once"


def test_an_answer_can_be_changed_by_its_sender_only_and_not_for_ever(session: Session, ann: Friend) -> None:
    survey, question, one, two = changeable(session)
    made = answer(session, survey, ann, {question["id"]: one["id"]})
    bob = a_friend(session)
    draft = filled(session, survey, bob, {question["id"]: two["id"]}, answer=made)
    with pytest.raises(NotFound):
        answering.submit(session, survey, draft, friend=bob, now=NOW)
    session.rollback()
    with pytest.raises(NotOpen):
        answer(session, survey, ann, {question["id"]: two["id"]}, answer=made, now=NOW + timedelta(minutes=30))
    session.rollback()
    with pytest.raises(NotFound):
        answering.by_code(session, survey, made.code, friend=bob, visitor=None)


def test_staff_change_an_answer_with_a_history_and_without_actions(session: Session, ann: Friend) -> None:
    survey, question, one, two = changeable(session)
    made = answer(session, survey, ann, {question["id"]: one["id"]})
    staff = a_staff(session)
    answering.change(session, survey, made, {question["id"]: {"": [two["id"]]}}, staff_id=staff.id, now=LATER)
    session.commit()
    assert made.values[0]["text"] == ann.memo == "B"
    assert set(carried(session, ann)) == {"古い", "全員"}
    assert session.scalars(sa.select(SurveyChange)).one().staff_id == staff.id
    last = session.scalars(sa.select(FieldChange).order_by(FieldChange.id.desc())).first()
    assert last is not None and last.staff_id == staff.id
    answering.change(session, survey, made, {question["id"]: {"": [two["id"]]}}, staff_id=staff.id, now=LATER)
    assert len(session.scalars(sa.select(SurveyChange)).all()) == 1, "nothing was changed"


def test_answering_again_keeps_both_and_takes_off_the_tags_of_the_choice_before(session: Session, ann: Friend) -> None:
    survey, question, one, two = changeable(session, clears_other_tags=True, rate=AnswerRate.MANY)
    answer(session, survey, ann, {question["id"]: one["id"]})
    answer(session, survey, ann, {question["id"]: two["id"]}, now=LATER)
    assert set(carried(session, ann)) == {"新しい", "全員"}
    assert survey.answers_count == 2


def test_a_visitor_answers_without_a_name_and_is_followed_up_once_they_log_in(session: Session, ann: Friend) -> None:
    survey, question, one, _ = changeable(session, takes_anonymous=True)
    made = answer(session, survey, None, {question["id"]: one["id"]}, visitor="someone")
    assert (made.friend_id, made.visitor, made.entry_id) == (None, "someone", None)
    assert not opening.can_answer(session, survey, None, now=NOW, visitor="someone").ok
    assert opening.can_answer(session, survey, None, now=NOW, visitor="another").ok
    other = a_survey(session, takes_anonymous=True)
    draft = drafts.open(session, other, friend=None, visitor="someone", now=NOW)
    session.commit()
    assert [surveys.adopt(session, "someone", ann, now=LATER) for _ in range(2)] == [1, 0]
    session.commit()
    assert (made.friend_id, made.visitor, ann.memo) == (ann.id, None, "A")
    assert set(carried(session, ann)) == {"古い", "全員"}
    assert session.scalars(sa.select(SurveyPick.friend_id)).one() == ann.id
    session.expire_all()
    assert drafts.find(session, other, friend=ann, visitor=None) is draft and draft.friend_id == ann.id


def test_a_form_for_friends_refuses_strangers(session: Session, ann: Friend) -> None:
    survey = a_survey(session)
    assert opening.can_answer(session, survey, None, now=NOW, visitor="someone").reason is Reason.UNKNOWN


def test_a_diagnosis_adds_up_what_was_met_and_runs_the_actions_of_its_result(session: Session, ann: Friend) -> None:
    tag = a_tag(session, name="乾燥肌")
    low, high = a_survey_choice("なし", score=0), a_survey_choice("あり", score=5)
    question = a_question("radio", choices=[low, high])
    scale = a_question("scale", is_scored=True)
    result = {"kind": "survey_result", "id": "result-0001", "label": "乾燥肌", "least": 6, "most": 99, "text": "保湿を"}
    results = [result | {"media_id": None, "actions": when(tag)}]
    survey = a_survey(session, question, scale, document={"scoring": "score", "results": results}, rate=AnswerRate.MANY)
    made = answer(session, survey, ann, {question["id"]: high["id"], scale["id"]: "3"})
    assert (made.score, made.result_code, made.result_label) == (8, "result-0001", "乾燥肌")
    assert carried(session, ann) == ["乾燥肌"]
    none = answer(session, survey, ann, {question["id"]: low["id"], scale["id"]: "3"})
    assert (none.score, none.result_label) == (3, None)


def test_consent_keeps_the_text_and_its_version(session: Session, ann: Friend) -> None:
    question, name = a_question("consent", text="個人情報は…", version="2026-03", is_required=True), a_question()
    survey = a_survey(session, question, name, editable_minutes=60)
    made = answer(session, survey, ann, {question["id"]: "yes"})
    answer(session, survey, ann, {question["id"]: "yes", name["id"]: "花"}, answer=made, now=LATER)
    kept = session.scalars(sa.select(Consent)).one()
    assert (kept.text, kept.version, kept.at, kept.answer_id) == ("個人情報は…", "2026-03", NOW, made.id)

    newer = question | {"text": "新しい文章", "version": "2026-04"}
    surveys.update_document(session, survey, {"pages": [a_survey_page(newer, name)], "scoring": "none"}, now=NOW)
    staff, typed = a_staff(session), {question["id"]: {"": ["yes"]}, name["id"]: {"": ["桜"]}}
    answering.change(session, survey, made, typed, staff_id=staff.id, now=LATER)
    session.commit()
    assert session.scalars(sa.select(Consent.version)).all() == ["2026-03"], "staff agree to nothing for others"
    answer(session, survey, ann, {question["id"]: "yes", name["id"]: "梅"}, answer=made, now=LATER)
    assert session.execute(sa.select(Consent.version, Consent.at)).all() == [("2026-04", LATER)]


def test_old_answers_stay_readable_when_the_question_is_gone(session: Session, ann: Friend) -> None:
    question, other = a_question(label="好きな色"), a_question()
    survey = a_survey(session, question, other)
    made = answer(session, survey, ann, {question["id"]: "青"})
    surveys.update_document(session, survey, {"pages": [a_survey_page(other)], "scoring": "none"}, now=NOW)
    session.commit()
    session.expire_all()
    assert (made.values[0]["label"], made.values[0]["text"], made.revision) == ("好きな色", "青", 1)


def test_a_draft_begins_with_what_is_known_and_holds_only_declared_parameters(session: Session, ann: Friend) -> None:
    ann.phone = "09012345678"
    phone = a_question(rule="phone", save_to=["system:phone"], is_prefilled=True)
    color = a_question("radio", default="青", choices=[a_survey_choice("赤"), blue := a_survey_choice("青")])
    source = a_question("hidden", parameter="from")
    survey = a_survey(session, phone, color, source, restores_previous=True, rate=AnswerRate.MANY)
    parameters = {"from": "店頭", "evil": "x"}
    draft = drafts.open(session, survey, friend=ann, visitor=None, parameters=parameters, now=NOW)
    assert draft.parameters == {"from": "店頭"}
    assert draft.typed == {phone["id"]: {"": ["090-1234-5678"]}, color["id"]: {"": [blue["id"]]}}
    made = answer(session, survey, ann, {phone["id"]: "03-1234-5678", color["id"]: ""})
    assert made.values[2]["text"] == "店頭" and made.values[2]["hidden"]
    again = drafts.open(session, survey, friend=ann, visitor=None, now=LATER)
    assert again.typed[phone["id"]] == {"": ["03-1234-5678"]} and again.token != draft.token


def test_views_starts_and_submits_are_counted_by_the_shops_day(session: Session, ann: Friend) -> None:
    survey = a_survey(session)
    days.count(session, survey.id, "views", now=NOW)
    answer(session, survey, ann, {})
    day = session.scalars(sa.select(SurveyDay)).one()
    assert (day.day, day.views, day.starts, day.submits) == ("2026-03-05", 1, 1, 1)


def test_texts_know_the_friend_and_call_a_stranger_a_customer(session: Session, ann: Friend) -> None:
    assert words.filled(session, "[name]さん", ann, now=NOW) == "アンさん"
    assert words.filled(session, "[name]さん", None, now=NOW) == "お客様さん"


def test_a_page_that_was_hidden_keeps_what_was_typed_there(session: Session, ann: Friend) -> None:
    yes, no = a_survey_choice("はい"), a_survey_choice("いいえ")
    picked = a_question("radio", choices=[yes, no])
    condition = {"kind": "survey_condition", "id": "condition-1", "question": picked["id"], "choices": [yes["id"]]}
    asked = a_question(shown_if=[condition])
    survey = a_survey(session, picked, asked)
    draft = filled(session, survey, ann, {picked["id"]: yes["id"], asked["id"]: "言葉"})
    [page] = survey.document["pages"]
    drafts.keep(session, survey, draft, page["id"], {picked["id"]: [no["id"]]}, now=NOW)
    drafts.keep(session, survey, draft, page["id"], {picked["id"]: [yes["id"]]}, now=NOW)
    assert draft.typed[asked["id"]] == {}, "it was shown, and posted empty"
    drafts.keep(session, survey, draft, page["id"], {picked["id"]: [no["id"]], asked["id"]: ["あ"]}, now=NOW)
    assert draft.typed[asked["id"]] == {"": ["あ"]}
    drafts.keep(session, survey, draft, page["id"], {picked["id"]: [yes["id"]]}, now=NOW)
    assert draft.typed[asked["id"]] == {"": ["あ"]}, "it was not shown when this was posted"
