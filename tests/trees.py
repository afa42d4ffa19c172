"""Random condition trees over the friends of tests/people.py."""

from datetime import date
from typing import Any

from hypothesis import strategies as st

from lstep_lite.engine import text
from lstep_lite.engine.segments import Tree
from lstep_lite.models import FieldType
from tests.people import BIRTHDAYS, CODES, DAYS, GONE, WORDS, World, id_of


def conditions(world: World) -> dict[str, st.SearchStrategy[dict[str, Any]]]:
    """The data of any condition, by its kind."""
    few, days = st.integers(0, 5), st.sampled_from([0, 1, 29, 30, 31, 364, 365])
    within = st.builds(lambda how, days: {"how": how, "days": days}, st.sampled_from(["within", "older"]), days)
    ends = st.tuples(st.sampled_from([None, *DAYS]), st.sampled_from([None, *DAYS])).filter(any)
    ordered = ends.filter(lambda pair: not all(pair) or pair[0] <= pair[1])
    between = ordered.map(lambda pair: {"how": "between", "from": pair[0], "to": pair[1]})
    never = st.just({"how": "never"})
    words = st.sampled_from([word for word in WORDS if word])
    texts = st.builds(lambda how, text: {"how": how, "text": text}, st.sampled_from(["contains", "lacks"]), words)
    hows = st.sampled_from(["any", "all", "none", "not_all"])
    shown = st.sampled_from(["yes", "no", "only"]).map(lambda value: {"shown": value})
    bounds = st.tuples(st.none() | few, st.none() | few).filter(
        lambda pair: pair != (None, None) and (None in pair or pair[0] <= pair[1])
    )
    return {
        "name": texts,
        "memo": texts | st.sampled_from([{"how": "empty"}, {"how": "filled"}]),
        "added": within | between,
        "last_message": within | between | never,
        "last_reaction": within | between | never,
        "tag": st.builds(lambda how, ids: {"how": how, "tag_ids": ids}, hows, _some([*world.tags, GONE])),
        "mark": st.just({"how": "unset"})
        | st.builds(
            lambda how, ids: {"how": how, "mark_ids": ids}, st.sampled_from(["any", "none"]), _some(world.marks)
        ),
        "score": st.builds(
            lambda score_id, basis, pair: {"score_id": score_id, "basis": basis, "least": pair[0], "most": pair[1]},
            st.sampled_from([*world.scores, GONE]),
            st.sampled_from(["total", "recent"]),
            bounds,
        ),
        "coupon": _coupon_conditions(world),
        "broadcast": st.fixed_dictionaries(
            {
                "broadcast_id": st.sampled_from([*world.broadcasts, GONE]),
                "how": st.sampled_from(["sent", "not_sent", "failed", "failed_or_unknown"]),
            }
        ),
        "survey": _survey_conditions(world),
        "tap": _tap_conditions(world),
        "reminder": _reminder_conditions(world),
        "scenario": _scenario_conditions(world),
        "rich_menu": _menu_conditions(world),
        "field": _field_conditions(world),
        "reservation": _booking_conditions(world),
        "visits": st.builds(
            lambda what, pair: {"what": what, "least": pair[0], "most": pair[1]},
            st.sampled_from(["visits", "no_shows", "cancellations", "late_cancellations"]),
            bounds,
        ),
        "last_visit": within | between | never,
        "next_visit": st.just({"how": "none", "days": None})
        | st.builds(
            lambda how, days: {"how": how, "days": days},
            st.sampled_from(["soon", "over"]),
            st.sampled_from([0, 6, 7, 8]),
        ),
        "ticket_book": st.just({"how": "none", "number": None})
        | st.fixed_dictionaries(
            {"how": st.sampled_from(["least", "most", "ending"]), "number": st.sampled_from([1, 2, 6, 7])}
        ),
        "user_block": shown,
        "shelved": shown,
        "without_line": shown,
        "picked": _some([person.friend.id for person in world.people] + [GONE]).map(lambda ids: {"friend_ids": ids}),
        "percent": st.integers(0, 100).map(lambda percent: {"percent": percent}),
        "saved": st.sampled_from([*world.segments, GONE]).map(lambda key: {"segment_id": key}),
    }


def _coupon_conditions(world: World) -> st.SearchStrategy[dict[str, Any]]:
    ids = st.sampled_from([*world.coupons, GONE])
    hows = st.sampled_from(["obtained", "unused", "used", "lost", "none"])
    expiring = {"coupon_id": ids, "how": st.just("expiring"), "days": st.sampled_from([0, 1, 7])}
    return st.fixed_dictionaries({"coupon_id": ids, "how": hows}) | st.fixed_dictionaries(expiring)


def _reminder_conditions(world: World) -> st.SearchStrategy[dict[str, Any]]:
    ids = st.sampled_from([*world.reminders, GONE])
    within = {"reminder_id": ids, "how": st.just("within"), "days": st.sampled_from([0, 1, 7])}
    hows = st.sampled_from(["has", "none", "never"])
    return st.fixed_dictionaries({"reminder_id": ids, "how": hows}) | st.fixed_dictionaries(within)


def _scenario_conditions(world: World) -> st.SearchStrategy[dict[str, Any]]:
    ids = st.sampled_from([*world.scenarios, GONE])
    waiting = {"scenario_id": ids, "how": st.just("waiting"), "code": st.sampled_from(CODES)}
    hows = st.sampled_from(["active", "finished", "ever", "inactive", "never"])
    return st.fixed_dictionaries({"scenario_id": ids, "how": hows}) | st.fixed_dictionaries(waiting)


def _booking_conditions(world: World) -> st.SearchStrategy[dict[str, Any]]:
    whats = st.sampled_from(["", *(f"courses:{course_id}" for course_id in [*world.courses, GONE])])
    hows = st.sampled_from(["ahead", "not_ahead", "requested", "visited", "not_visited", "no_show"])
    plain = st.builds(lambda how, what: {"how": how, "days": None, "what": what}, hows, whats)
    dated = st.builds(
        lambda how, days, what: {"how": how, "days": days, "what": what},
        st.sampled_from(["within", "visited_within"]),
        st.sampled_from([0, 1, 7, 30]),
        whats,
    )
    return plain | dated


def _menu_conditions(world: World) -> st.SearchStrategy[dict[str, Any]]:
    ids = st.sampled_from([*world.menus, GONE])
    default = st.sampled_from([world.menus[0], GONE])
    tab = {"menu_id": default, "how": st.just("tab"), "code": st.sampled_from(list(world.menu_tabs))}
    hows = st.sampled_from(["shown", "not_shown"])
    return st.fixed_dictionaries({"menu_id": ids, "how": hows}) | st.fixed_dictionaries(tab)


def _survey_conditions(world: World) -> st.SearchStrategy[dict[str, Any]]:
    few = st.none() | st.integers(0, 5)
    bounds = st.tuples(few, few).filter(lambda pair: None in pair or pair[0] <= pair[1])
    return st.builds(
        lambda what, pair, **more: {"question": what[0], "choice": what[1], "least": pair[0], "most": pair[1]} | more,
        st.sampled_from(world.asked),
        st.just((None, None)) | bounds,
        survey_id=st.sampled_from([world.survey_id, world.survey_id, GONE]),
        how=st.sampled_from(["answered", "none"]),
        text=st.just("") | st.sampled_from([word for word in WORDS if text.normalise(word)]),
        days=st.none() | st.sampled_from([0, 1, 29, 30, 31]),
    )


def _tap_conditions(world: World) -> st.SearchStrategy[dict[str, Any]]:
    wanted = [(tap.owner_id, code) for tap in world.taps for code in ("", tap.code)]
    hows, days = st.sampled_from(["taken", "none", "again", "closed"]), st.none() | st.sampled_from([0, 1, 29, 30, 31])
    return st.builds(
        lambda what, times, **more: {"owner": "messages", "owner_id": what[0], "code": what[1]} | more | times,
        st.sampled_from([*wanted, (GONE, ""), (world.taps[0].owner_id, "gone")]),
        st.sampled_from([{}, {"times": 2}]),
        how=hows,
        days=days,
    )


def _field_conditions(world: World) -> st.SearchStrategy[dict[str, Any]]:
    number, day = st.integers(-3, 8).map(str), st.sampled_from(BIRTHDAYS).map(date.isoformat)
    words = st.sampled_from([word for word in WORDS if text.normalise(word)]).map(lambda word: {"text": word})
    pairs = {"number": _pair("least", "most", number, int), "day": _pair("first", "last", day, str)}
    days, options = st.integers(0, 400).map(lambda count: {"days": count}), _some(world.options)
    asked = {
        FieldType.TEXT: {"equals": words, "contains": words, "lacks": words},
        FieldType.NUMBER: {"between": pairs["number"]},
        FieldType.DATE: {"period": pairs["day"], "next_days": days, "past_days": days}
        | {how: st.just({}) for how in ("month", "same_day")},
        FieldType.CHOICES: {how: options.map(lambda ids: {"option_ids": ids}) for how in ("any", "all", "none")},
    }
    rows = []
    for type, hows in asked.items():
        key = world.fields[type]
        inputs = f"choice_{id_of(key)}" if type is FieldType.CHOICES else type.value
        for how, typed in (hows | {"filled": st.just({}), "empty": st.just({})}).items():
            fixed = {"target": st.just(key), "inputs": st.just(inputs), "how": st.just(how), "typed": typed}
            rows.append(st.fixed_dictionaries(fixed))
    return st.one_of(rows)


def _pair(first: str, last: str, values: Any, order: Any) -> st.SearchStrategy[dict[str, Any]]:
    """Two ends, of which one may be open."""
    pairs = st.tuples(st.none() | values, st.none() | values).filter(any)
    ordered = pairs.filter(lambda pair: None in pair or order(pair[0]) <= order(pair[1]))
    return ordered.map(lambda pair: {first: pair[0], last: pair[1]})


def trees(world: World) -> st.SearchStrategy[Tree]:
    rows = [
        st.builds(
            lambda number, data, kind=kind: {"id": f"c{number}", "kind": kind, "data": data}, st.integers(0, 9), data
        )
        for kind, data in conditions(world).items()
    ]
    block = st.lists(st.one_of(rows), max_size=4)
    return st.fixed_dictionaries({"all": block, "any": block})


def _some(ids: list[int]) -> st.SearchStrategy[list[int]]:
    return st.lists(st.sampled_from(ids), min_size=1, max_size=3, unique=True)
