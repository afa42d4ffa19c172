"""Every page, one blueprint a feature. The demo's clock and pretended LINE exist in demo mode only."""

from flask_wtf import CSRFProtect

from lstep_lite import auth
from lstep_lite.blueprints import (
    about,
    account,
    actions,
    auto_replies,
    batches,
    broadcasts,
    business_days,
    chat,
    control,
    countdowns,
    coupons,
    deliveries,
    designs,
    enrolments,
    fields,
    folders,
    friends,
    greetings,
    health,
    home,
    intake,
    invitations,
    liff,
    marks,
    media,
    media_files,
    messages,
    notifications,
    outlook,
    rehearsals,
    reminder_steps,
    reminders,
    rich_menu_designs,
    rich_menu_friends,
    rich_menu_leaving,
    rich_menu_periods,
    rich_menu_publications,
    rich_menu_rules,
    rich_menu_settings,
    rich_menu_strays,
    rich_menu_studio,
    rich_menu_taps,
    rich_menus,
    scenario_steps,
    scenarios,
    schedules,
    scores,
    segments,
    senders,
    sending_rules,
    sendings,
    settings,
    setup,
    shared_values,
    shop,
    sign_in,
    staff,
    studio,
    submissions,
    survey_answers,
    survey_corrections,
    survey_reports,
    survey_settings,
    survey_studio,
    surveys,
    tags,
    taps,
    test_sends,
    transfers,
)
from lstep_lite.emulator import BLUEPRINTS as EMULATOR
from lstep_lite.web import App

PAGES = (
    home,
    chat,
    friends,
    tags,
    fields,
    marks,
    batches,
    broadcasts,
    submissions,
    sendings,
    scenarios,
    scenario_steps,
    reminders,
    reminder_steps,
    countdowns,
    enrolments,
    greetings,
    auto_replies,
    deliveries,
    actions,
    folders,
    messages,
    designs,
    senders,
    test_sends,
    media,
    media_files,
    coupons,
    rich_menus,
    rich_menu_designs,
    rich_menu_publications,
    rich_menu_periods,
    rich_menu_settings,
    rich_menu_rules,
    rich_menu_strays,
    rich_menu_leaving,
    rich_menu_friends,
    studio,
    rich_menu_studio,
    rich_menu_taps,
    surveys,
    survey_answers,
    survey_corrections,
    survey_reports,
    survey_settings,
    survey_studio,
    shared_values,
    segments,
    scores,
    schedules,
    rehearsals,
    intake,
    notifications,
    outlook,
    settings,
    shop,
    business_days,
    sending_rules,
    staff,
    transfers,
    taps,
    account,
    about,
    sign_in,
    setup,
    invitations,
    health,
)


def register(app: App, csrf: CSRFProtect) -> None:
    for module in PAGES:
        app.register_blueprint(module.bp)
    for blueprint in liff.BLUEPRINTS:
        app.register_blueprint(blueprint)
    csrf.exempt("lstep_lite.blueprints.intake.receive")  # signed by LINE instead
    if app.extensions["runtime"].settings.is_demo:
        _register_demo(app, csrf)


def _register_demo(app: App, csrf: CSRFProtect) -> None:
    app.register_blueprint(control.bp)
    csrf.exempt(control.bp)  # guarded by a shared secret instead
    for blueprint in EMULATOR:
        app.register_blueprint(blueprint)
        csrf.exempt(blueprint)  # takes JSON of its own pages only
    for endpoint, view in app.view_functions.items():
        if endpoint.startswith("emulator_") and not endpoint.endswith(".static"):
            auth.public(view)
