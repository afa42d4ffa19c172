"""Lists as files, both ways, in the browser."""

import io

import pytest
import sqlalchemy as sa

from lstep_lite.engine import friends
from lstep_lite.engine.transfers import importing
from lstep_lite.models import Export, Friend, Import, ImportState
from tests.factories import NOW, a_friend, a_tag
from tests.web.conftest import regions

USUAL = {"columns": ["id", "name"], "encoding": "utf8"}


@pytest.fixture
def ann(session, owner):
    friend = a_friend(session, display_name="あん", phone="090-1234-5678")
    friends.refresh_search_text(friend)
    session.commit()
    return friend


def work_off(database):
    while importing.work(database, now=NOW, wall=NOW):
        pass


def upload(client, text, name="名簿.csv"):
    return client.post("/transfers/imports", data={"file": (io.BytesIO(text.encode()), name)})


@pytest.fixture
def job(client, session, ann):
    upload(client, "氏名,電話,担当\n山田 杏,09012345678,佐藤\n鈴木,0311112222,佐藤\n,bad,\n")
    session.expire_all()
    return session.scalars(sa.select(Import)).one()


def plan(**over):
    return {"mapping": ["system:real_name", "system:phone", ""], "match": "system:phone", "clears": "no"} | over


def test_the_pages_hold_together(page, job, session):
    a_tag(session, name="常連")
    session.commit()
    for url in (
        "/transfers",
        "/transfers/exports/new",
        f"/transfers/imports/{job.id}",
        f"/transfers/imports/{job.id}/edit",
    ):
        page(url)
    assert "タグ：常連" in page("/transfers/exports/new").get_text()


def test_what_the_friend_list_shows_is_exported(client, page, session, ann):
    a_friend(session, display_name="べん", is_following=False)
    session.commit()
    link = page("/friends?q=あん").select_one("a[href^='/transfers/exports/new']")
    form = page(link["href"]).select_one("form[action='/transfers/exports']")
    carried = {field["name"]: field["value"] for field in form.select("input[type=hidden]")}
    answer = client.post("/transfers/exports", data=carried | USUAL)
    assert answer.mimetype == "text/csv"
    assert "filename*=UTF-8''%E5%8F%8B" in answer.headers["Content-Disposition"]
    assert answer.data.decode("utf-8-sig").splitlines()[1:] == [f"{ann.id},あん"]
    session.expire_all()
    assert session.scalars(sa.select(Export.row_count)).one() == 1
    assert "1人" in page("/transfers").get_text()


def test_nothing_chosen_is_nothing_exported(client, session, ann):
    answer = client.post("/transfers/exports", data={"encoding": "utf8"})
    assert answer.status_code == 422
    assert "1つ以上選んで" in answer.text
    assert session.scalar(sa.select(Export.id)) is None


def test_an_unknown_encoding_is_refused(client, session, ann):
    assert client.post("/transfers/exports", data=USUAL | {"encoding": "utf16"}).status_code == 422
    assert session.scalar(sa.select(Export.id)) is None


def test_a_file_that_can_t_be_read_says_what_to_do(htmx, session, owner):
    answer = htmx("/transfers/imports", {"file": (io.BytesIO(b"PK\x03\x04"), "名簿.xlsx")})
    assert answer.status_code == 422
    assert regions(answer) == ["upload"]
    assert "CSVの形で保存し直して" in answer.text
    assert "CSVファイルを選んで" in htmx("/transfers/imports", {}).text


def test_the_columns_are_guessed_from_their_headings(page, job):
    chosen = [
        option["value"] for option in page(f"/transfers/imports/{job.id}/edit").select("[name=mapping] [selected]")
    ]
    assert chosen == ["system:real_name", "system:phone"]


def test_a_plan_that_can_t_work_is_refused_and_kept_on_the_page(htmx, session, job):
    answer = htmx(f"/transfers/imports/{job.id}", plan(match="id"))
    assert answer.status_code == 422
    assert regions(answer) == ["plan"]
    assert "「ID」の列が必要です" in answer.text
    assert answer.text.count("selected") == 2
    session.expire_all()
    assert job.state is ImportState.UPLOADED


def test_looking_comes_first_and_nothing_is_saved_unless_confirmed(htmx, page, database, session, job, ann):
    answer = htmx(f"/transfers/imports/{job.id}", plan(creates="y"))
    assert answer.headers["HX-Redirect"] == f"/transfers/imports/{job.id}"
    work_off(database)
    words = page(f"/transfers/imports/{job.id}").get_text()
    assert "まだ何も変わっていません" in words
    assert "2人を取り込む" in words
    assert "4行目" in words and "電話番号がない" in words
    session.expire_all()
    assert session.scalar(sa.select(sa.func.count()).select_from(Friend)) == 1

    assert regions(htmx(f"/transfers/imports/{job.id}/run")) == ["import-report", "toasts"]
    work_off(database)
    session.expire_all()
    assert ann.real_name == "山田 杏"
    assert session.scalar(sa.select(sa.func.count()).select_from(Friend)) == 2
    assert "終わりました" in page(f"/transfers/imports/{job.id}").get_text()


def test_confirming_twice_does_it_once(htmx, database, session, job):
    htmx(f"/transfers/imports/{job.id}", plan(creates="y"))
    work_off(database)
    htmx(f"/transfers/imports/{job.id}/run")
    assert htmx(f"/transfers/imports/{job.id}/run").status_code == 409


def test_the_progress_is_quiet_while_nothing_changes(client, htmx, job):
    htmx(f"/transfers/imports/{job.id}", plan())
    url = f"/transfers/imports/{job.id}/progress"
    first = client.get(url, headers={"HX-Request": "true"})
    again = client.get(url, headers={"HX-Request": "true", "X-Seen": first.headers["X-Seen"]})
    assert (first.status_code, again.status_code) == (200, 204)


def test_the_lines_left_out_come_as_a_file(client, htmx, database, job):
    htmx(f"/transfers/imports/{job.id}", plan())
    work_off(database)
    answer = client.get(f"/transfers/imports/{job.id}/report")
    lines = answer.data.decode("utf-8-sig").splitlines()
    assert lines[0] == "行,理由,氏名,電話,担当"
    assert [line.split(",")[0] for line in lines[1:]] == ["3", "4"]


def test_stopping_says_what_stays(htmx, session, job):
    htmx(f"/transfers/imports/{job.id}", plan())
    answer = htmx(f"/transfers/imports/{job.id}/cancel")
    assert regions(answer) == ["import-report", "toasts"]
    session.expire_all()
    assert job.state is ImportState.CANCELLED


def test_the_page_costs_the_same_however_many_files_there_were(client, page, session, job, count_queries):
    with count_queries() as few:
        page("/transfers")
    for number in range(5):
        upload(client, f"氏名,電話\n客,0900000000{number}\n", f"{number}.csv")
        client.post("/transfers/exports", data=USUAL)
    with count_queries() as many:
        page("/transfers")
    assert len(many) == len(few)


@pytest.mark.parametrize(
    ("method", "url"),
    [
        ("GET", "/transfers"),
        ("GET", "/transfers/exports/new"),
        ("POST", "/transfers/exports"),
        ("POST", "/transfers/imports"),
    ],
)
def test_only_owners_and_admins_move_data(outsider, method, url):
    assert outsider.open(url, method=method).status_code == 403
