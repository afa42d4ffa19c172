"""Where a form of one's own begins."""

from lstep_lite.engine.studio import Data
from lstep_lite.engine.surveys.designs.parts import document, name, page
from lstep_lite.engine.surveys.designs.registry import BLANK, design
from lstep_lite.engine.surveys.keeping import SurveyForm


@design(
    BLANK,
    label="白紙",
    lead="お名前の質問だけが入っています。",
    icon="plus",
    form=SurveyForm(name="新しいフォーム", title="アンケート"),
)
def _blank() -> Data:
    return document(page("", name()))
