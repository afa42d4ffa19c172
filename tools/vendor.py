"""Copy the browser files this project uses from node_modules to lstep_lite/static/vendor.

What is copied, and where a licence or its text is not simply told by the package, stands under "vendor" in
package.json; the icons are the names in tools/icons.txt. Every package gets a folder with its version in the name (so
that browsers may keep the files for ever) and manifest.json tells the application which folder, files and licences
belong to a package.
"""

import json
import re
import shutil
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
MODULES = ROOT / "node_modules"
VENDOR = ROOT / "lstep_lite" / "static" / "vendor"
FRESH = ROOT / "node_modules" / ".vendor"
ICONS = ROOT / "tools" / "icons.txt"

SOURCE_MAP = re.compile(r"^/[/*][#@] sourceMappingURL=.*$\n?", re.MULTILINE)
FONT_FOLDER = re.compile(r'(?<=url\(")\./fonts/')
"""All files of a package lie in one folder here."""

MIT = """MIT License

{copyright}

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
documentation files (the "Software"), to deal in the Software without restriction, including without limitation the
rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit
persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
"""


def main() -> None:
    wanted: dict[str, dict[str, Any]] = json.loads((ROOT / "package.json").read_text())["vendor"]
    locked = _locked_packages()
    if wanted.keys() != locked:
        sys.exit(f'"vendor" in package.json and package-lock.json differ: {sorted(wanted.keys() ^ locked)}')

    # Everything is put together beside the folder in use, so that an interrupted run leaves the old one whole.
    shutil.rmtree(FRESH, ignore_errors=True)
    manifest = {name: _copy_package(name, plan) for name, plan in sorted(wanted.items())}
    (FRESH / "manifest.json").write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n")
    VENDOR.parent.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(VENDOR, ignore_errors=True)
    FRESH.rename(VENDOR)


def _locked_packages() -> set[str]:
    """Names of all installed packages, those that our packages carry inside their builds included."""
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    return {path.removeprefix("node_modules/") for path in packages if path}


def _copy_package(name: str, plan: dict[str, Any]) -> dict[str, Any]:
    """Copy one package's files and licences; return its entry for the manifest."""
    source = MODULES / name
    package = json.loads((source / "package.json").read_text())
    folder = f"{name.removeprefix('@').replace('/', '-')}@{package['version']}"
    target = FRESH / folder
    target.mkdir(parents=True)

    sources = [source / path for path in plan.get("files", [])]
    sources += [source / plan["icons"] / f"{icon}.svg" for icon in ICONS.read_text().split() if "icons" in plan]
    for path in sources:
        _copy_file(path, target / path.name)
    return {
        "version": package["version"],
        "license": plan.get("license") or package["license"],
        "folder": folder,
        "files": sorted(path.name for path in sources),
        "license_files": _write_licenses(source, plan, target),
    }


def _copy_file(source: Path, target: Path) -> None:
    if target.exists():
        sys.exit(f"two files of one package are called {target.name}")
    if not source.exists():
        sys.exit(f"{source.relative_to(ROOT)} does not exist")
    if source.suffix in {".css", ".js"}:
        target.write_text(FONT_FOLDER.sub("", SOURCE_MAP.sub("", source.read_text("utf-8"))), "utf-8")
    else:
        shutil.copyfile(source, target)


def _write_licenses(source: Path, plan: dict[str, Any], target: Path) -> list[str]:
    """Put the licence texts beside the files; return their names."""
    if holders := plan.get("mit"):
        copyright_lines = "\n".join(f"Copyright (c) {holder}" for holder in holders)
        (target / "LICENSE").write_text(MIT.format(copyright=copyright_lines))
        return ["LICENSE"]
    texts = [source / path for path in plan["licenses"]] if "licenses" in plan else sorted(source.glob("LICENSE*"))
    if not texts:
        sys.exit(f"no licence text found in {source.relative_to(ROOT)}")
    for text in texts:
        shutil.copyfile(text, target / text.name)
    return [text.name for text in texts]


if __name__ == "__main__":
    main()
