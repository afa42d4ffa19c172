"""Several questions that share their answers, as a table."""

from lstep_lite.engine.studio import Data, Element, Flag, Items, Number, Text
from lstep_lite.engine.surveys.kinds.registry import (
    HIGHEST_SCORE,
    PREFIX,
    Given,
    Group,
    Picked,
    Question,
    Raw,
    Reading,
    Wrong,
    kind,
)

_ROW = Element(
    name=f"{PREFIX}matrix_row",
    label="行",
    icon="minus",
    title="label",
    inputs=(Text(name="label", label="行の言葉", most=60, words=False),),
)
_COLUMN = Element(
    name=f"{PREFIX}matrix_column",
    label="列",
    icon="minus-vertical",
    title="label",
    inputs=(
        Text(name="label", label="列の言葉", most=40, words=False),
        Number(name="score", label="点数", least=-HIGHEST_SCORE, most=HIGHEST_SCORE, start=0, unit="点"),
    ),
)


@kind
class Matrix(Question):
    name = "matrix"
    label = "表で選ぶ"
    icon = "table"
    group = Group.CHOICES
    order = 60
    saves = False
    inputs = (
        Items(
            name="rows",
            label="行（たずねること）",
            of=lambda: (_ROW,),
            least=1,
            most=20,
            first=(_ROW.name, _ROW.name),
            noun="行",
        ),
        Items(
            name="columns",
            label="列（答え）",
            of=lambda: (_COLUMN,),
            least=2,
            most=10,
            first=(_COLUMN.name, _COLUMN.name),
            noun="列",
        ),
        Flag(name="needs_all", label="すべての行に答えてもらう", start=True),
    )

    def parse(self, part: Data, raw: Raw, reading: Reading) -> Given | None:
        columns = {column["id"]: column for column in part["columns"]}
        found = []
        for row in part["rows"]:
            code = next(iter(raw.get(row["id"], ())), "")
            if code and code not in columns:
                raise Wrong("選択肢が変わりました。もう一度選んでください。")
            if code:
                found.append((row, columns[code]))
        if found and part["needs_all"] and len(found) < len(part["rows"]):
            raise Wrong("すべての行で1つずつ選んでください。")
        if not found:
            return None
        return Given(
            text="\n".join(f"{row['label']}：{column['label']}" for row, column in found),
            picked=tuple(
                Picked(f"{row['id']}:{column['id']}", f"{row['label']}：{column['label']}") for row, column in found
            ),
            score=sum(column.get("score", 0) for _, column in found),
        )
