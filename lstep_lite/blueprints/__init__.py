"""Every page, one blueprint a feature. The demo's clock and pretended LINE exist in demo mode only."""

from flask_wtf import CSRFProtect

from lstep_lite.blueprints import (
    about,
    account,
    auto_replies,
    chat,
    control,
    deliveries,
    friends,
    greetings,
    health,
    home,
    intake,
    invitations,
    media,
    settings,
    setup,
    sign_in,
    staff,
)
from lstep_lite.web import App

PAGES = (home, chat, friends, greetings, auto_replies, deliveries, settings, staff, account, about, setup, sign_in,
         invitations, intake, media, health)


def register(app: App, csrf: CSRFProtect) -> None:
    for module in PAGES:
        app.register_blueprint(module.bp)
    csrf.exempt("lstep_lite.blueprints.intake.receive")  # signed by LINE instead
    if app.extensions["runtime"].settings.is_demo:
        app.register_blueprint(control.bp)
        csrf.exempt(control.bp)  # guarded by a shared secret instead
