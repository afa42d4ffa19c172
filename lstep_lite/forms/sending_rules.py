"""How the shop sends."""

from datetime import time

from wtforms import BooleanField, IntegerField, RadioField, TimeField
from wtforms.validators import InputRequired, Optional

from lstep_lite.engine.sending_rules import HOLDS, RulesDraft
from lstep_lite.errors import DomainError
from lstep_lite.forms.base import EditForm, options
from lstep_lite.models import AfterLimit, SendingRules

AFTER_LIMIT = {
    AfterLimit.BY_HAND: "止めたままにして、手で再開する",
    AfterLimit.NEXT_MONTH: "翌月になったら自動で再開する",
}
HOLD_WORDS = {0: "待たない", 30: "30秒待つ", 60: "60秒待つ"}
EVENING, MORNING = time(21), time(9)
USUAL_CAP, USUAL_MOST = 5000, 4
AS_THEY_ARE = ("late_minutes", "hold_seconds", "needs_approval", "after_limit", "frequency_days", "parallel_scenarios")


class SendingRulesForm(EditForm):
    has_quiet = BooleanField("送らない時間帯を決める")
    quiet_from = TimeField("この時刻から", [Optional()], default=EVENING)
    quiet_to = TimeField("この時刻まで", [Optional()], default=MORNING)
    late_minutes = IntegerField("何分までの遅れなら送るか", [InputRequired("分を数字で入力してください。")])
    hold_seconds = RadioField(
        "「送信」を押してから", coerce=int, choices=options({str(seconds): HOLD_WORDS[seconds] for seconds in HOLDS})
    )
    needs_approval = BooleanField("別の人の承認がないと送れないようにする")
    has_frequency = BooleanField("1人に送る回数を決める")
    frequency_days = IntegerField("何日のあいだに", [Optional()])
    frequency_most = IntegerField("何回まで", [Optional()], default=USUAL_MOST)
    has_cap = BooleanField("お店で、月の上限を決める")
    monthly_cap = IntegerField("1か月に何通まで", [Optional()], default=USUAL_CAP)
    after_limit = RadioField("上限に届いて止まった配信は", choices=options(AFTER_LIMIT))
    parallel_scenarios = BooleanField("1人のお客様に、いくつものシナリオを同時に使う")

    @classmethod
    def of(cls, rules: SendingRules) -> "SendingRulesForm":
        data = {name: getattr(rules, name) for name in AS_THEY_ARE}
        data |= {
            "has_quiet": rules.quiet_from is not None,
            "quiet_from": _time(rules.quiet_from) or EVENING,
            "quiet_to": _time(rules.quiet_to) or MORNING,
            "has_frequency": rules.frequency_most is not None,
            "frequency_most": rules.frequency_most or USUAL_MOST,
            "has_cap": rules.monthly_cap is not None,
            "monthly_cap": rules.monthly_cap or USUAL_CAP,
        }
        return cls(data=data)

    def draft(self) -> RulesDraft:
        """Raises DomainError naming a field that is switched on and empty."""
        return RulesDraft(
            quiet_from=_clock_time(self.quiet_from.data) if self.has_quiet.data else None,
            quiet_to=_clock_time(self.quiet_to.data) if self.has_quiet.data else None,
            late_minutes=self.late_minutes.data or 0,
            hold_seconds=self.hold_seconds.data,
            needs_approval=self.needs_approval.data,
            monthly_cap=self._needed("monthly_cap") if self.has_cap.data else None,
            after_limit=AfterLimit(self.after_limit.data),
            frequency_most=self._needed("frequency_most") if self.has_frequency.data else None,
            frequency_days=self._needed("frequency_days") if self.has_frequency.data else RulesDraft.frequency_days,
            parallel_scenarios=self.parallel_scenarios.data,
        )

    def _needed(self, name: str) -> int:
        number = self[name].data
        if number is None:
            raise DomainError("数字を入力してください。", name)
        return int(number)


def _time(clock_time: str | None) -> time | None:
    return time.fromisoformat(clock_time) if clock_time else None


def _clock_time(typed: time | None) -> str:
    return typed.strftime("%H:%M") if typed else ""
