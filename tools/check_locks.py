"""Fail when an imported package is not declared, or a lock file no longer fits or names an address."""

import ast
import json
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
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
        *_import_problems([*project["project"]["dependencies"], *extras["redis"]]),
        *_python_problems("requirements.lock", runtime),
        *_python_problems("requirements-dev.lock", [*runtime, *extras["dev"]]),
        *_python_problems("requirements-node.lock", groups["node"]),
        *_npm_problems(),
    ]
    if problems:
        sys.exit("\n".join([*problems, "Run `make lock`."]))


def _import_problems(wanted: list[str]) -> list[str]:
    """What happens to be installed for development would be missing in a shop."""
    declared = {canonicalize_name(Requirement(line).name) for line in wanted}
    distributions = packages_distributions()
    return [
        f"pyproject.toml: {path.relative_to(ROOT)} imports {module}, which is not among the dependencies"
        for path in sorted((ROOT / "lstep_lite").rglob("*.py"))
        for module in sorted(_outside_modules(path))
        if declared.isdisjoint(map(canonicalize_name, distributions.get(module, [])))
    ]


def _outside_modules(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module)
    return {name.partition(".")[0] for name in names} - sys.stdlib_module_names - {"lstep_lite"}


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
