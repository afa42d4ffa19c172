"""Folders and order, with the list of automatic answers standing for every list."""

import pytest

from lstep_lite.engine import auto_replies, folders
from lstep_lite.errors import DomainError, NotFound
from tests.factories import a_rule


@pytest.fixture
def rules(session):
    return [a_rule(session, name=name) for name in ("一", "二", "三", "四", "五")]


def order(session) -> str:
    session.expire_all()
    return "".join(rule.name for rule in auto_replies.in_order(session))


def test_rows_that_are_dragged_take_each_others_places_and_others_stay(session, rules):
    folders.reorder_rows(session, "auto_replies", [rules[4].id, rules[0].id, rules[2].id, 999])
    assert order(session) == "五二一四三"


def test_a_step_goes_past_the_neighbour_in_the_open_folder(session, rules):
    folder = folders.create(session, "auto_replies", name="夜間")
    for rule in (rules[0], rules[4]):
        folders.move_row(session, "auto_replies", rule.id, folder_id=folder.id)
    folders.step_row(session, "auto_replies", rules[4].id, by=-1, folder_id=folder.id)
    assert order(session) == "五二三四一"
    folders.step_row(session, "auto_replies", rules[4].id, by=-1)
    assert order(session) == "五二三四一"


def test_the_overview_counts_what_lies_in_each_folder(session, rules):
    folder = folders.create(session, "auto_replies", name="夜間")
    folders.move_row(session, "auto_replies", rules[0].id, folder_id=folder.id)
    session.flush()
    seen = folders.overview(session, "auto_replies", folder.id)
    assert (seen.total, seen.counts[folder.id], seen.current) == (5, 1, folder)
    assert folders.overview(session, "auto_replies", 999).folder_id is None


def test_nothing_goes_into_the_folder_of_another_list(session, rules):
    foreign = folders.create(session, "tags", name="よその")
    with pytest.raises(NotFound):
        folders.move_row(session, "auto_replies", rules[0].id, folder_id=foreign.id)


def test_losing_a_folder_loses_nothing_in_it(session, rules):
    folder = folders.create(session, "auto_replies", name="夜間")
    folders.move_row(session, "auto_replies", rules[0].id, folder_id=folder.id)
    folders.delete(session, folder)
    assert order(session) == "一二三四五"
    assert rules[0].folder_id is None


@pytest.mark.parametrize("name", ["  ", "あ" * 51])
def test_a_folder_needs_a_name_that_fits(session, name):
    with pytest.raises(DomainError, match="フォルダの名前"):
        folders.create(session, "auto_replies", name=name)
