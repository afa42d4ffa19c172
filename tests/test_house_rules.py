"""The rules of this house. Each failure says what to do."""

import ast
import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask_wtf.csrf import CSRFProtect

from lstep_lite import config, jobs, runtime
from lstep_lite.app import create_app
from lstep_lite.engine import registry, triggers

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "lstep_lite"
LIVE = {"LSTEP_MODE": "live", "PUBLIC_URL": "https://lstep.example.jp"}

FEATURES = (
    "actions", "auto_replies", "batches", "broadcasts", "business_days", "chat", "coupons", "deliveries", "fields",
    "folders", "friends", "greetings", "intake", "marks", "media", "messages", "notifications", "outlook", "rehearsals",
    "reminders", "reservations", "rich_menus", "scenarios", "schedules", "scores", "segments", "sending_rules",
    "settings", "shared_values", "staff", "surveys", "tags", "taps", "test_sends", "transfers",
)  # fmt: skip
PAGES = (
    "about", "account", "booking_pages", "booking_questions", "calendar_feeds", "calendar_links", "closures", "control",
    "countdowns", "course_options", "courses", "designs", "enrolments", "event_participants", "event_questions",
    "event_slots", "health", "home", "invitations", "media_files", "phone_bookings", "pools", "providers",
    "reminder_steps", "reservation_actions", "reservation_approvals", "reservation_board", "reservation_changes",
    "reservation_customers", "reservation_doubles", "reservation_endings", "reservation_events", "reservation_exports",
    "reservation_hours", "reservation_karte", "reservation_messages", "reservation_numbers", "reservation_overviews",
    "reservation_prints", "reservation_reasons", "reservation_rules", "reservation_settings", "reservation_setup",
    "reservation_ticket_kinds", "reservation_tickets", "reservation_trials", "reservation_visits", "rich_menu_designs",
    "rich_menu_friends", "rich_menu_leaving", "rich_menu_periods", "rich_menu_publications", "rich_menu_rules",
    "rich_menu_settings", "rich_menu_strays", "rich_menu_studio", "rich_menu_taps", "scenario_steps", "senders",
    "sendings", "setup", "shifts", "shop", "sign_in", "studio", "submissions", "survey_answers", "survey_corrections",
    "survey_links", "survey_reports", "survey_settings", "survey_studio", "waiting_list",
)  # fmt: skip
"""Blueprints that are no feature of their own."""
PLACES = ("models", "engine", "forms", "blueprints", "templates", "tests/engine", "tests/web")
EXCEPTIONS = {
    ("intake", "forms"): "LINE posts JSON",
    ("taps", "forms"): "what taps are is typed into the documents they stand in",
    ("outlook", "forms"): "there is nothing to fill in",
    ("rehearsals", "models"): "nothing of them is kept",
    ("folders", "templates"): "they are drawn by macros on the pages of others (ui/folders.html)",
}
PUBLIC = {
    "calendar_feeds.show",
    "coupons.code_picture_show", "coupons.picture_show",
    "health.show",
    "intake.receive",
    "invitations.create", "invitations.new", "invitations.reset_edit", "invitations.reset_update",
    "liff.session_create", "liff.session_destroy", "liff.show",
    "liff_bookings.again_show",
    "liff_bookings.day_index", "liff_bookings.details_edit", "liff_bookings.details_update", "liff_bookings.index",
    "liff_bookings.option_index", "liff_bookings.order_create", "liff_bookings.order_new",
    "liff_bookings.provider_index", "liff_bookings.show", "liff_bookings.start_index",
    "liff_bookings.wait_create", "liff_bookings.wait_new",
    "liff_coupons.index", "liff_coupons.show", "liff_coupons.use_create", "liff_coupons.use_new",
    "liff_events.booking_show", "liff_events.index", "liff_events.order_create", "liff_events.order_new",
    "liff_events.show", "liff_events.slot_show", "liff_events.slot_update",
    "liff_events.wait_create", "liff_events.wait_destroy", "liff_events.wait_new", "liff_events.wait_show",
    "liff_login.callback_show", "liff_login.new",
    "liff_offers.acceptance_create", "liff_offers.refusal_create", "liff_offers.show",
    "liff_own_bookings.calendar_show", "liff_own_bookings.cancellation_create", "liff_own_bookings.cancellation_new",
    "liff_bookings.hold_create",
    "liff_own_bookings.slot_index", "liff_own_bookings.slot_show", "liff_own_bookings.slot_update",
    "liff_own_bookings.change_create", "liff_own_bookings.change_new", "liff_own_bookings.day_index",
    "liff_own_bookings.done_show", "liff_own_bookings.index", "liff_own_bookings.show",
    "liff_own_bookings.start_index", "liff_own_bookings.wait_destroy",
    "liff_postal_codes.show", "liff_survey_files.show",
    "liff_surveys.answer_create", "liff_surveys.answer_show", "liff_surveys.change_create",
    "liff_surveys.confirm_show", "liff_surveys.draft_update", "liff_surveys.page_show", "liff_surveys.page_update",
    "liff_surveys.show",
    "media_files.preview_show", "media_files.show", "media_files.size_show",
    "setup.create", "setup.new",
    "sign_in.create", "sign_in.destroy", "sign_in.new",
    "taps.mail_show",
}  # fmt: skip
DEMO_PUBLIC = {"control.clock_update", "control.pending_show"}
WRITING_GETS = {
    "calendar_feeds.show",  # readings are counted, so that nobody tries addresses without end
    "calendar_links.callback_show",  # Google sends the browser back here, and the connection is kept
    "liff_login.callback_show",  # LINE sends the browser back here, and the session begins
    "liff_surveys.show",  # a view is counted, and the draft begins that keeps what is typed
}
"""Views that change something though they answer a GET; each needs a reason beyond convenience."""
FREE_CODES = {"answer_code", "booking", "code", "key", "kind", "month", "name", "page_code", "slot_code"}
"""Path parameters that are words, not numbers: random codes and members of closed sets."""


def make_app(tmp_path_factory: pytest.TempPathFactory, environ: dict[str, str]) -> Flask:
    built = runtime.build(config.load({**environ, "DATA_DIR": str(tmp_path_factory.mktemp("data"))}))
    built.database.dispose()
    return create_app(built)


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    return make_app(tmp_path_factory, {"LSTEP_MODE": "demo"})


@pytest.fixture(scope="module")
def live_app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    return make_app(tmp_path_factory, LIVE)


def views(app: Flask) -> dict[str, Any]:
    """Our own endpoints; the emulator plays LINE and answers to nobody's staff."""
    skipped = ("static", "emulator_")
    return {name: view for name, view in app.view_functions.items() if not name.startswith(skipped)}


def python_files(*folders: str) -> Iterator[Path]:
    for folder in folders:
        yield from sorted((PACKAGE / folder).rglob("*.py"))


def templates() -> list[Path]:
    return sorted((PACKAGE / "templates").rglob("*.html"))


def said(problems: list[str], what_to_do: str) -> str:
    return f"{what_to_do}\n  " + "\n  ".join(problems)


# Who may -------------------------------------------------------------------------------------------------------------


def test_every_endpoint_says_who_may_use_it(app: Flask) -> None:
    wrong = [
        name for name, view in views(app).items() if hasattr(view, "permission") == getattr(view, "is_public", False)
    ]
    assert not wrong, said(wrong, "put exactly one of @allow(Permission.…) and @public on these views:")


def test_the_public_endpoints_are_these(app: Flask) -> None:
    public = {name for name, view in views(app).items() if getattr(view, "is_public", False)}
    assert public == PUBLIC | DEMO_PUBLIC, (
        "a view became public or stopped being so: if that is right, change PUBLIC here"
    )


def test_nothing_but_the_signed_webhook_and_the_demo_is_free_of_csrf(app: Flask, live_app: Flask) -> None:
    assert exempted(live_app) == {"lstep_lite.blueprints.intake.receive"}
    unexpected = [name for name in exempted(app) if not name.startswith(("emulator", "control"))]
    assert unexpected == ["lstep_lite.blueprints.intake.receive"], "only the webhook is signed by LINE instead"


def exempted(app: Flask) -> set[str]:
    csrf: CSRFProtect = app.extensions["csrf"]
    return {*csrf._exempt_views, *(str(getattr(blueprint, "name", blueprint)) for blueprint in csrf._exempt_blueprints)}


def test_live_has_no_clock_no_pending_list_and_no_emulator(live_app: Flask) -> None:
    names = {rule.endpoint.split(".")[0] for rule in live_app.url_map.iter_rules()}
    paths = [rule.rule for rule in live_app.url_map.iter_rules() if rule.rule.startswith(("/_", "/emulator"))]
    assert not paths, said(paths, "these belong to the demo; register them only there:")
    assert not {name for name in names if name.startswith(("control", "emulator"))}
    assert {name for name, view in views(live_app).items() if getattr(view, "is_public", False)} == PUBLIC


def test_live_cookies_and_headers_are_strict(live_app: Flask) -> None:
    assert live_app.config["SESSION_COOKIE_SECURE"]
    assert live_app.config["SESSION_COOKIE_HTTPONLY"]
    assert live_app.config.get("WTF_CSRF_ENABLED", True)


# Addresses -----------------------------------------------------------------------------------------------------------


def test_no_get_changes_anything(app: Flask) -> None:
    getters = {
        rule.endpoint for rule in app.url_map.iter_rules() if "GET" in rule.methods and rule.endpoint in views(app)
    }
    assert writes(views(app)["setup.create"]), "this test no longer sees a view that writes"
    writing = {name for name in getters if writes(views(app)[name])}
    assert writing == WRITING_GETS, "a GET must not write (g.session, .unit()): make it a POST"


def writes(view: Any) -> bool:
    """Whether *view*, or a function of its module that it names, opens a unit of work."""
    module, todo, seen = inspect.getmodule(view), [inspect.unwrap(view)], set()
    while todo:
        function = todo.pop()
        seen.add(function)
        source = inspect.getsource(function)
        if re.search(r"\bg\.session\b|\.unit\(", source):
            return True
        named = [vars(module).get(node.id) for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Name)]
        todo += [f for f in named if inspect.isfunction(f) and inspect.getmodule(f) is module and f not in seen]
    return False


def test_addresses_are_kebab_case_and_typed(app: Flask) -> None:
    wrong = []
    for rule in app.url_map.iter_rules():
        if rule.endpoint not in views(app):
            continue
        plain = re.sub(r"<[^>]+>", "x", rule.rule)
        untyped = set(re.findall(r"<([a-z_]+)>", rule.rule)) - FREE_CODES
        if not re.fullmatch(r"/|/_?[a-z0-9]+([-/][a-z0-9]+)*(\.(ics|csv))?", plain) or untyped:
            wrong.append(f"{rule.rule} ({rule.endpoint})")
    assert not wrong, said(wrong, "write addresses in kebab-case and type their numbers (<int:friend_id>):")


def test_endpoints_have_the_seven_names(app: Flask) -> None:
    names = re.compile(r"([a-z]+_)*(index|new|create|show|edit|update|destroy)")
    exempt = {"intake.receive"}
    wrong = [name for name in views(app) if not names.fullmatch(name.split(".")[1]) and name not in exempt]
    assert not wrong, said(wrong, "end these names in index, new, create, show, edit, update or destroy:")


# Layers --------------------------------------------------------------------------------------------------------------


def test_the_engine_neither_commits_nor_reads_a_clock() -> None:
    forbidden = {"commit", "rollback", "now", "utcnow", "today"}
    wrong = [
        f"{path.relative_to(ROOT)}:{node.lineno} .{node.func.attr}()"
        for path in python_files("engine", "models")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in forbidden
        and not (isinstance(node.func.value, ast.Name) and node.func.value.id == "self")
    ]
    assert not wrong, said(wrong, "take `now` as an argument and leave committing to whoever opened the unit:")


def test_a_task_is_at_most_five_lines() -> None:
    tree = ast.parse(inspect.getsource(jobs))
    long = [
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef)
        and any("task" in ast.unparse(decorator) for decorator in node.decorator_list)
        and node.end_lineno - node.body[0].end_lineno > 5
    ]
    assert not long, said(long, "a task opens a unit and calls the engine; move the rest there:")


def test_whatever_registers_something_is_imported_by_the_registry() -> None:
    marks = re.compile(r"^@(triggers\.)?(on|placeholder|kind|handles|merges)\(", re.MULTILINE)
    registering = {
        path.relative_to(PACKAGE / "engine").parts[0].removesuffix(".py")
        for path in python_files("engine")
        if marks.search(path.read_text())
    }
    missing = sorted(registering - set(registry.__all__))
    assert not missing, said(missing, "import these modules in engine/registry.py:")


def test_every_happening_has_its_words_on_the_timeline() -> None:
    source = "\n".join(path.read_text() for path in python_files("engine"))
    fired = set(re.findall(r"\b(?:fire|happen|record|record_many)\(\s*session,\s*\"([a-z_.]+)\"", source))
    assert "friend.followed" in fired, "this test no longer finds what is fired"
    missing = sorted((fired | triggers.subscribed_kinds()) - set(triggers.labels))
    assert not missing, said(missing, "give these kinds their Japanese words in triggers.labels:")


# One feature, one word -----------------------------------------------------------------------------------------------


def test_every_blueprint_is_a_feature_or_a_known_page() -> None:
    found = {path.stem for path in (PACKAGE / "blueprints").glob("*.py")} - {"__init__"}
    assert found == {*FEATURES, *PAGES}, "name the new blueprint in FEATURES or PAGES of this test"


@pytest.mark.parametrize("feature", FEATURES)
def test_a_feature_has_its_word_in_every_folder(feature: str) -> None:
    missing = [place for place in PLACES if (feature, place) not in EXCEPTIONS and not stands(feature, place)]
    assert not missing, said(
        missing, f"add the files of {feature} in these folders, or declare an exception with its reason:"
    )
    needless = [place for (word, place) in EXCEPTIONS if word == feature and stands(feature, place)]
    assert not needless, said(needless, f"{feature} has its files here now; take the exception out:")


def stands(feature: str, place: str) -> bool:
    if place.startswith("tests/"):
        return any((ROOT / place).glob(f"test_{feature}*.py")) or (ROOT / place / feature).is_dir()
    folder = PACKAGE / place
    return (folder / feature).is_dir() or (folder / f"{feature}.py").is_file()


def test_the_glossary_has_every_word() -> None:
    glossary = (ROOT / "docs" / "glossary.md").read_text()
    missing = [word for word in (*FEATURES, *PAGES, "emulator") if f"| `{word}` |" not in glossary]
    assert not missing, said(missing, "write these words into docs/glossary.md, Japanese beside them:")


def test_no_file_has_a_name_that_says_nothing() -> None:
    banned = {"utils", "helpers", "common", "manager", "misc"}
    wrong = [str(path.relative_to(ROOT)) for path in python_files(".") if path.stem in banned]
    assert not wrong, said(wrong, "name these files after what is in them:")


# Templates -----------------------------------------------------------------------------------------------------------


def test_every_template_compiles(app: Flask) -> None:
    for path in templates():
        app.jinja_env.get_template(str(path.relative_to(PACKAGE / "templates")))


def test_a_page_has_a_title_and_sets_nothing_outside_its_blocks() -> None:
    for path in templates():
        text = path.read_text()
        if not text.startswith("{% extends"):
            continue
        name = path.relative_to(PACKAGE / "templates")
        assert "{% block title %}" in text, f"{name}: fill the block `title`"
        assert "{% block main %}" in text, f"{name}: put the page into the block `main`"
        outside = re.sub(r"{% block .*{% endblock( \w+)? %}", "", text, flags=re.DOTALL)
        assert "{% set" not in outside, f"{name}: a region rendered alone does not see {{% set %}} outside its block"
        assert "{% import" not in text and "{% from" not in text, f"{name}: macros come from the global `ui`"


def test_templates_hold_no_script_style_or_handler() -> None:
    banned = re.compile(r"<style|<script(?![^>]*\bsrc=)|\son[a-z]+=\"", re.IGNORECASE)
    wrong = [str(path.relative_to(ROOT)) for path in templates() if banned.search(path.read_text())]
    assert not wrong, said(wrong, "the browser refuses these; use files under static/ and data- attributes:")


def test_regions_leave_the_page_only_through_render() -> None:
    wrong = [
        str(path.relative_to(ROOT))
        for path in templates()
        if "hx-swap-oob" in path.read_text() and path.name != "layout.html"
    ]
    assert not wrong, said(wrong, "write the root element with ui.region(id, oob); web.render does the rest:")


# Settings ------------------------------------------------------------------------------------------------------------


def test_every_setting_is_explained() -> None:
    names = set(re.findall(r"get\(\"([A-Z_]+)\"", (PACKAGE / "config.py").read_text()))
    assert len(names) > 10, "this test no longer finds the settings in config.py"
    for document in (".env.example", "docs/self-hosting.md"):
        text = (ROOT / document).read_text()
        missing = sorted(name for name in names if not re.search(rf"\b{name}\b", text))
        assert not missing, said(missing, f"explain these settings in {document}:")
