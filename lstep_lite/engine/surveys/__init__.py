"""Answer forms (回答フォーム): built by staff, answered by customers, kept in the wording of their time."""

from lstep_lite.engine.surveys.adopting import adopt
from lstep_lite.engine.surveys.checking import Examined, Refused, examine
from lstep_lite.engine.surveys.documents import INPUTS
from lstep_lite.engine.surveys.keeping import (
    CHOSEN,
    FEATURE,
    SUBMITTED,
    Page,
    SurveyForm,
    by_code,
    copy,
    create,
    delete,
    get,
    in_order,
    keep_actions,
    label,
    page,
    switch,
    update,
    update_document,
    with_actions,
)
from lstep_lite.engine.surveys.sweeping import is_sweep_due, sweep

__all__ = [
    "CHOSEN",
    "FEATURE",
    "INPUTS",
    "SUBMITTED",
    "Examined",
    "Page",
    "Refused",
    "SurveyForm",
    "adopt",
    "by_code",
    "copy",
    "create",
    "delete",
    "examine",
    "get",
    "in_order",
    "is_sweep_due",
    "keep_actions",
    "label",
    "page",
    "sweep",
    "switch",
    "update",
    "update_document",
    "with_actions",
]
