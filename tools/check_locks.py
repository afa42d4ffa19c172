"""Fail when a lock file names an address, or no longer fits pyproject.toml or package.json."""

import json
import re
import sys
import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
ADDRESS = re.compile(r"https?://|file:|--(extra-)?index-url|--find-links|--trusted-host")
PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^ ;]+)", re.MULTILINE)


def main() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    extras = project["project"]["optional-dependencies"]
    groups = project["dependency-groups"]
    runtime = [*project["project"]["dependencies"], *extras["redis"], *groups["build"]]
    problems = [
        *_python_problems("requirements.lock", runtime),
        *_python_problems("requirements-dev.lock", [*runtime, *extras["dev"]]),
        *_python_problems("requirements-node.lock", groups["node"]),
        *_npm_problems(),
    ]
    if problems:
        sys.exit("\n".join([*problems, "Run `make lock`."]))


def _python_problems(name: str, wanted: list[str]) -> list[str]:
    text = (ROOT / name).read_text()
    # The same package may be pinned more than once, for different Pythons.
    pinned: dict[str, list[str]] = {}
    for package, version in PIN.findall(text):
        pinned.setdefault(canonicalize_name(package), []).append(version)
    missing = [
        f"{name}: no pinned version fits {requirement}"
        for requirement in map(Requirement, wanted)
        if not any(requirement.specifier.contains(v) for v in pinned.get(canonicalize_name(requirement.name), []))
    ]
    return missing + [f"{name}: an address in {line!r}" for line in text.splitlines() if ADDRESS.search(line)]


def _npm_problems() -> list[str]:
    wanted = json.loads((ROOT / "package.json").read_text())["dependencies"]
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    locked = packages.pop("")
    problems = [] if locked["dependencies"] == wanted else ["package-lock.json: differs from package.json"]
    for path, package in packages.items():
        if "integrity" not in package or "resolved" in package:
            problems.append(f"package-lock.json: {path} needs an integrity and no address")
    return problems


if __name__ == "__main__":
    main()
