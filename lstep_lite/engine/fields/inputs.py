"""The inputs of an editor's row about one field: shared by the step and by the condition."""

from sqlalchemy.orm import Session

from lstep_lite.engine.fields.targets import Target, target
from lstep_lite.engine.rows import Values
from lstep_lite.errors import DomainError, NotFound


def chosen_target(session: Session, values: Values) -> Target:
    """The field the row is about. Raises DomainError naming the input."""
    try:
        return target(session, values.one("target"))
    except NotFound as error:
        raise DomainError("友だち情報を選んでください。", "target") from error


def own_inputs(values: Values, target: Target) -> Values:
    """The inputs of this target alone, under their plain names: the others' are posted as well, hidden."""
    suffix = f"_{target.inputs}"
    return Values({name.removesuffix(suffix): texts for name, texts in values.texts.items() if name.endswith(suffix)})
