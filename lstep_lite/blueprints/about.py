"""The licences of everything this program is built from."""

from dataclasses import dataclass
from functools import cache
from importlib import metadata
from pathlib import Path

from flask import Blueprint
from werkzeug.wrappers import Response

from lstep_lite import __version__, assets
from lstep_lite.auth import allow
from lstep_lite.engine.staff import Permission
from lstep_lite.web import render

bp = Blueprint("about", __name__, url_prefix="/about")


@dataclass(frozen=True)
class Package:
    name: str
    version: str
    licence: str
    texts: tuple[str, ...]


@bp.get("")
@allow(Permission.USE)
def show() -> Response:
    return render("about/show.html", version=__version__, browser=_browser_packages(), python=_python_packages())


@cache
def _browser_packages() -> list[Package]:
    return [
        Package(
            name,
            package["version"],
            package["license"],
            tuple((assets.VENDOR / package["folder"] / file).read_text() for file in package["license_files"]),
        )
        for name, package in assets.packages().items()
    ]


@cache
def _python_packages() -> list[Package]:
    """Whatever is installed beside us, by name."""
    found = {distribution.metadata["Name"].lower(): distribution for distribution in metadata.distributions()}
    found.pop("lstep-lite", None)
    return [_python_package(distribution) for _, distribution in sorted(found.items())]


def _python_package(distribution: metadata.Distribution) -> Package:
    about = distribution.metadata
    texts = [
        Path(str(file.locate())).read_text(errors="replace")
        for file in distribution.files or ()
        if ".dist-info" in str(file) and file.name.upper().startswith(("LICEN", "COPYING", "NOTICE"))
    ]
    return Package(about["Name"], distribution.version, _licence(about), tuple(texts))


def _licence(about: metadata.PackageMetadata) -> str:
    """Packages say it in one of three places; some put the whole text where its name belongs."""
    stated = [*(about.get_all("License-Expression") or ()), *(about.get_all("License") or ())]
    short = [text for text in stated if "\n" not in text and len(text) < 80]
    if short:
        return str(short[0])
    classifiers = [str(line) for line in about.get_all("Classifier") or ()]
    names = [line.rsplit(" :: ", 1)[-1] for line in classifiers if line.startswith("License ::")]
    return ", ".join(names) or "下の本文をご覧ください"
