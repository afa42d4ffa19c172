"""Single cells of a CSV file: guarded against being taken for formulas, and written in an encoding."""

import csv
import io
import re
from collections.abc import Iterable, Sequence

from lstep_lite.models import Encoding

BOM = "\ufeff"
REPLACEMENT = "〓"
"""What Japanese printers put where a character is missing."""
_FORMULA = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")
_LOOKALIKES = str.maketrans("〜−‖—¢£¬", "～－∥―￠￡￢")


def guarded(text: str) -> str:
    """*text* as a cell that no spreadsheet computes."""
    return f"'{text}" if _FORMULA.match(text) else text


def unguarded(text: str) -> str:
    """The text behind a cell: exactly the opposite of `guarded`."""
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text


class Writer:
    """Lines of CSV as bytes. It counts the characters its encoding lacks."""

    def __init__(self, encoding: Encoding) -> None:
        self.encoding = encoding
        self.replaced_count = 0
        self._lacking: dict[str, bool] = {}

    def start(self) -> bytes:
        """What the file begins with."""
        return BOM.encode() if self.encoding is Encoding.UTF8 else b""

    def lines(self, rows: Iterable[Sequence[str]]) -> bytes:
        """These rows; their cells are guarded already."""
        buffer = io.StringIO()
        csv.writer(buffer, lineterminator="\r\n").writerows(rows)
        return self._encoded(buffer.getvalue())

    def _encoded(self, text: str) -> bytes:
        if self.encoding is Encoding.UTF8:
            return text.encode(errors="replace")
        text = text.translate(_LOOKALIKES)
        try:
            return text.encode("cp932")
        except UnicodeEncodeError:
            return "".join(self._known(character) for character in text).encode("cp932")

    def _known(self, character: str) -> str:
        if self._lacks(character):
            self.replaced_count += 1
            return REPLACEMENT
        return character

    def _lacks(self, character: str) -> bool:
        if character not in self._lacking:
            try:
                character.encode("cp932")
                self._lacking[character] = False
            except UnicodeEncodeError:
                self._lacking[character] = True
        return self._lacking[character]
