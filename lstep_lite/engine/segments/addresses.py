"""Trees as rows of an editor, and so as addresses: every filter is a link."""

from typing import Any

from lstep_lite.engine.rows import Data
from lstep_lite.engine.segments.registry import Tree, kinds
from lstep_lite.engine.segments.trees import BLOCKS

PATH = "if"
"""Where the friend list reads its tree from."""
SCOPES = ("user_block", "shelved", "without_line")
"""The conditions on people whom lists leave out."""


def query(tree: Tree, path: str = PATH) -> dict[str, Any]:
    """The arguments that show *tree* in an editor at *path*: `url_for("friends.index", **segments.query(tree))`."""
    found: dict[str, Any] = {}
    for block in BLOCKS:
        for row in tree[block]:
            prefix = f"{path}.{block}.{row['id']}"
            found.setdefault(f"{path}.{block}", []).append(str(row["id"]))
            found[f"{prefix}.kind"] = [row["kind"]]
            if (kind := kinds.get(row["kind"])) is not None:
                found |= {f"{prefix}.{name}": texts for name, texts in kind.values(row["data"]).items() if texts}
    return found


def whoever(kind: str, data: Data) -> Tree:
    """Everybody for whom one condition holds, the people lists leave out too: what the number beside a tag counts."""
    scopes = ({"id": name, "kind": name, "data": {"shown": "yes"}} for name in SCOPES)
    return {"all": [{"id": kind, "kind": kind, "data": data}, *scopes], "any": []}
