"""Every page, one blueprint a feature. The demo's clock and pretended LINE exist in demo mode only."""

from flask_wtf import CSRFProtect

from lstep_lite.blueprints import (
    about,
    account,
    health,
    home,
    invitations,
    settings,
    setup,
    shop,
    sign_in,
    staff,
)
from lstep_lite.web import App

PAGES = (
    about,
    health,
    home,
    settings,
    shop,
    staff,
    sign_in,
    setup,
    invitations,
    account,
)


def register(app: App, csrf: CSRFProtect) -> None:
    for module in PAGES:
        app.register_blueprint(module.bp)
