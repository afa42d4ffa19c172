"""Fail unless a pytest report (JUnit XML) shows tests run and none skipped. Usage: check_report.py REPORT [WORD…]

Each WORD must be part of the name of at least one test that ran, for example a database backend.
"""

import sys
from xml.etree import ElementTree


def main() -> None:
    report, *words = sys.argv[1:]
    cases = list(ElementTree.parse(report).iter("testcase"))
    skipped = [_name(case) for case in cases if case.find("skipped") is not None]
    if skipped:
        sys.exit(f"{len(skipped)} tests were skipped: {', '.join(skipped[:5])}")
    for word in ["", *words]:
        if not any(word in _name(case) for case in cases):
            sys.exit(f"no test ran{' for ' + word if word else ''}")


def _name(case: ElementTree.Element) -> str:
    return f"{case.get('classname')}::{case.get('name')}"


if __name__ == "__main__":
    main()
