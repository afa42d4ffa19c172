"""How texts are compared: width, kana, case and spaces make no difference."""

import unicodedata

import jaconv


def normalise(text: str) -> str:
    """NFKC, katakana to hiragana, case folded, all white space removed. 「ﾖﾔｸ」「ヨヤク」「よやく」 become one."""
    folded = jaconv.kata2hira(unicodedata.normalize("NFKC", text)).casefold()
    return "".join(folded.split())


def storable(text: str) -> str:
    """*text* without what a database refuses: NUL characters and halves of surrogate pairs."""
    return text.replace("\x00", "").encode(errors="replace").decode()


def utf16_length(text: str) -> int:
    """The length as LINE counts a text message: UTF-16 code units."""
    return len(text.encode("utf-16-le")) // 2


def joins(before: str, after: str) -> bool:
    """Whether two neighbouring characters are read as one: accents, voiced marks, emoji sequences, flags."""
    if before == "\u200d" or after in "\u200d\uff9e\uff9f\u20e3" or "\U0001f3fb" <= after <= "\U0001f3ff":
        return True
    return unicodedata.category(after) in ("Mn", "Mc", "Me") or "\U000e0020" <= after <= "\U000e007f"


def grapheme_count(text: str) -> int:
    """The length as LINE counts labels and titles: what a reader sees as one character counts once."""
    count = sum(1 for at, character in enumerate(text) if at == 0 or not joins(text[at - 1], character))
    return count - _flag_count(text)


def _flag_count(text: str) -> int:
    # A flag is a pair of regional indicators.
    runs = "".join("R" if "\U0001f1e6" <= character <= "\U0001f1ff" else " " for character in text).split()
    return sum(len(run) // 2 for run in runs)
