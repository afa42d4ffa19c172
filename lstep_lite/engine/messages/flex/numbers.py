"""Numbers in what people wrote."""

import re
import unicodedata

_NUMBER = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,6})?")


def number_in(text: str) -> float:
    """The first number of *text*: 「１，２３４点」 is 1234. 0 where there is none, or it is below."""
    plain = unicodedata.normalize("NFKC", text).replace(",", "")
    found = _NUMBER.search(plain)
    return float(found[0]) if found and not plain[: found.start()].endswith("-") else 0.0
