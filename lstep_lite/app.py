"""The web application: wiring only."""

from datetime import timedelta
from types import SimpleNamespace

from flask_wtf import CSRFProtect
from htmx_flask import Htmx
from werkzeug.middleware.proxy_fix import ProxyFix

from lstep_lite import assets, auth, blueprints, filters, navigation, panels, web
from lstep_lite.runtime import Runtime
from lstep_lite.web import App

MAX_UPLOAD_BYTES = 25 * 1024 * 1024


def create_app(runtime: Runtime) -> App:
    app = App("lstep_lite")
    app.config.update(
        SECRET_KEY=runtime.settings.secret_key,
        SESSION_COOKIE_NAME="lstep",
        SESSION_COOKIE_SECURE=not runtime.settings.is_demo,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=timedelta(days=14),
        MAX_CONTENT_LENGTH=MAX_UPLOAD_BYTES,
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,
    )
    app.extensions["runtime"] = runtime
    if runtime.settings.trusted_proxies:
        hops = runtime.settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    app.before_request(auth.limit_strangers)  # before tokens are looked for
    csrf = CSRFProtect(app)
    Htmx(app)
    web.init_app(app)
    auth.init_app(app)
    filters.init_app(app)
    assets.init_app(app)
    app.jinja_env.globals["navigation"] = navigation
    app.jinja_env.globals["panels"] = panels
    blueprints.register(app, csrf)
    _give_macros(app)
    return app


def _give_macros(app: App) -> None:
    """The global `ui`. It is there before the macros are read, so that what they include finds it as well."""
    ui = app.jinja_env.globals["ui"] = SimpleNamespace()
    vars(ui).update(vars(app.jinja_env.get_template("ui.html").module))
