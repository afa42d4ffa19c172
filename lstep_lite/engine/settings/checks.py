"""The steps of connecting to LINE: each is tried over the network, and its outcome kept with the way to mend it.

A step is a function registered with `@step`, in the order of the file. Steps talk to LINE outside any unit of work;
what they learn travels in the `Trial` and is written down together with the outcomes at the end.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from lstep_lite.db import Database
from lstep_lite.engine import settings
from lstep_lite.engine.line import Account, BotInfo, LineError, Quota, WebhookEndpoint
from lstep_lite.engine.secrets import Vault
from lstep_lite.engine.settings import followers, quota
from lstep_lite.errors import DomainError, NotFound
from lstep_lite.models import Channel, Check, CheckState

PATIENCE_SECONDS = 9.0
"""No step is begun later than this, so that with one call's time limit on top a browser gets its answer within 20 s."""
LIFF_DESCRIPTION = "予約とフォーム"


@dataclass(frozen=True)
class CheckResult:
    state: CheckState
    message: str


@dataclass
class Trial:
    """One run through the steps: what it starts from, and what it has learned so far."""

    account: Account
    vault: Vault
    public_url: str
    messaging_channel_id: str
    sealed_messaging_secret: str
    login_channel_id: str
    sealed_login_secret: str
    liff_id: str | None
    bot: BotInfo | None = None
    quota: Quota | None = None
    webhook: WebhookEndpoint | None = None
    can_prompt: bool = False
    """Whether LINE let the customers' pages offer to add the account as a friend."""
    outcomes: dict[str, CheckResult] = field(default_factory=dict)

    @property
    def webhook_url(self) -> str:
        return f"{self.public_url}/line/webhook"


@dataclass(frozen=True)
class Step:
    name: str
    label: str
    mend: str
    """What the owner can do when it fails."""
    needs: tuple[str, ...]
    run: Callable[[Trial], CheckResult]


STEPS: dict[str, Step] = {}
ESSENTIAL = ("token", "bot", "webhook", "webhook_switch", "webhook_test")
"""Without these, messages neither arrive nor leave."""


def step(
    name: str, label: str, *, mend: str, needs: tuple[str, ...] = ()
) -> Callable[[Callable[[Trial], CheckResult]], Callable[[Trial], CheckResult]]:
    def register(run: Callable[[Trial], CheckResult]) -> Callable[[Trial], CheckResult]:
        STEPS[name] = Step(name, label, mend, needs, run)
        return run

    return register


def run(database: Database, account: Account, vault: Vault, *, public_url: str) -> Trial:
    """Try every step; `record` keeps what came of it. Never call it inside a unit of work. Raises NotFound."""
    trial = _begin(database, account, vault, public_url)
    _try_all(trial)
    return trial


def _begin(database: Database, account: Account, vault: Vault, public_url: str) -> Trial:
    with database.read() as session:
        channel = settings.channel(session)
        if channel is None:
            raise NotFound("先に4つの値を貼り付けて保存してください。")
        return Trial(
            account,
            vault,
            public_url,
            channel.messaging_channel_id,
            channel.messaging_secret,
            channel.login_channel_id,
            channel.login_secret,
            channel.liff_id,
        )


def _try_all(trial: Trial) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    outcomes = trial.outcomes
    for each in STEPS.values():
        if any(outcomes[name].state in (CheckState.BAD, CheckState.SKIPPED) for name in each.needs):
            outcomes[each.name] = CheckResult(CheckState.SKIPPED, "上の手順が終わると確認できます。")
        elif time.monotonic() > deadline:
            outcomes[each.name] = CheckResult(CheckState.SKIPPED, "LINEの応答が遅いため、今回は確認していません。")
        else:
            outcomes[each.name] = _try(each, trial)


def _try(each: Step, trial: Trial) -> CheckResult:
    try:
        return each.run(trial)
    except DomainError as error:
        return CheckResult(CheckState.BAD, error.message)


def record(session: Session, trial: Trial, *, now: datetime, wall: datetime) -> None:
    """Keep the outcomes and what was learned. The first complete success begins the import of followers."""
    channel, outcomes = settings.channel(session), trial.outcomes
    if channel is None or channel.messaging_channel_id != trial.messaging_channel_id:
        return  # another account was connected meanwhile; these outcomes are not about it
    session.execute(delete(Check).where(Check.name.in_(outcomes)))
    session.add_all(
        Check(name=name, state=outcome.state, message=outcome.message, checked_at=now)
        for name, outcome in outcomes.items()
    )
    _record_facts(channel, trial, now=now, wall=wall)
    if channel.connected_at is None and all(outcomes[name].state is CheckState.GOOD for name in ESSENTIAL):
        channel.connected_at = now
        followers.start(channel, wall=wall)


def _record_facts(channel: Channel, trial: Trial, *, now: datetime, wall: datetime) -> None:
    if trial.bot:
        channel.bot_user_id, channel.basic_id = trial.bot.user_id, trial.bot.basic_id
        channel.display_name, channel.picture_url = trial.bot.display_name, trial.bot.picture_url
        channel.chat_mode = trial.bot.chat_mode
    if trial.quota:
        quota.record(channel, trial.quota, now=now, wall=wall)
    if channel.login_channel_id == trial.login_channel_id:
        channel.liff_id = trial.liff_id


# What a person has to look up -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Confirmation:
    """Something LINE tells no program; the owner looks it up and says so."""

    name: str
    label: str
    where: str


CONFIRMATIONS = (
    Confirmation(
        "own_greeting_off",
        "LINE側の「あいさつメッセージ」がオフになっている",
        "LINE公式アカウント管理画面（manager.line.biz）の［設定］→［応答設定］で「あいさつメッセージ」をオフにします。"
        "オンのままだと、友だち追加のときにあいさつが2通届きます。",
    ),
    Confirmation(
        "own_auto_reply_off",
        "LINE側の「応答メッセージ」がオフになっている",
        "同じ［応答設定］で「応答メッセージ」をオフにします。オンのままだと、自動応答が二重に届きます。",
    ),
    Confirmation(
        "same_provider",
        "2つのチャネルが同じプロバイダーの中にある",
        "LINE Developers（developers.line.biz/console）でプロバイダーを開き、「Messaging API」と「LINEログイン」の"
        "両方が並んでいることを確認します。別々だと、予約やフォームの回答がどの友だちのものか分からなくなります。"
        "あとから移動はできないため、違う場合は同じプロバイダーにLINEログインチャネルを作り直してください。",
    ),
    Confirmation(
        "login_published",
        "LINEログインチャネルが「公開済み」になっている",
        "LINE DevelopersでLINEログインチャネルを開き、上部の表示が「開発中」なら押して「公開」にします。"
        "開発中のままだと、お客様は予約やフォームの画面を開けません。",
    ),
    Confirmation(
        "login_callback",
        "LINEログインチャネルに「コールバックURL」を登録した",
        "LINE DevelopersでLINEログインチャネルの［LINEログイン設定］を開き、「コールバックURL」に、このソフトのアドレス"
        "のうしろへ /liff/login/callback を付けたもの（例: https://lstep.example.jp/liff/login/callback）を貼り付けます。"
        "登録しないと、パソコンやほかのブラウザーから開いたお客様がLINEでログインできません。LINEの中では使えます。",
    ),
)


def confirm(session: Session, name: str, *, now: datetime) -> None:
    """A person has looked it up. Twice is once."""
    if name not in {confirmation.name for confirmation in CONFIRMATIONS}:
        raise NotFound
    session.merge(Check(name=name, state=CheckState.GOOD, message="確認しました", checked_at=now))


def forget(session: Session) -> None:
    """The values have changed: what the steps found is about others. Confirmations stay."""
    session.execute(delete(Check).where(Check.name.in_(STEPS)))


def outcomes(session: Session) -> dict[str, Check]:
    """Everything known so far, by the name of its step or confirmation."""
    return {check.name: check for check in session.scalars(select(Check))}


# The steps ------------------------------------------------------------------------------------------------------------


@step(
    "token",
    "公式アカウントのチャネルにサインインする",
    mend="LINE Developersの「Messaging API」チャネルを開き、［チャネル基本設定］のチャネルIDとチャネルシークレットを"
    "もう一度コピーして、「接続の値を変更する」から貼り直してください。",
)
def _token(trial: Trial) -> CheckResult:
    try:
        trial.account.issue(trial.messaging_channel_id, trial.vault.open(trial.sealed_messaging_secret))
    except LineError as error:
        raise _wrong_values(error, "Messaging API") from error
    return CheckResult(CheckState.GOOD, "サインインできました。")


def _wrong_values(error: LineError, channel: str) -> DomainError:
    if not error.permanent:
        return error
    return DomainError(f"「{channel}」のチャネルIDとチャネルシークレットの組み合わせが違うようです。")


@step(
    "bot",
    "公式アカウントの情報を読む",
    needs=("token",),
    mend="貼り付けた値が「Messaging API」のチャネルのものか、「LINEログイン」の値と入れ替わっていないかを"
    "確認してください。",
)
def _bot(trial: Trial) -> CheckResult:
    trial.bot = trial.account.line().bot_info()
    return CheckResult(CheckState.GOOD, f"「{trial.bot.display_name}」（{trial.bot.basic_id}）につながりました。")


@step(
    "webhook",
    "メッセージの受け取り先（Webhook URL）を登録する",
    needs=("token",),
    mend="このソフトのアドレス（PUBLIC_URL）が https:// で始まり、インターネットから開けることを確認してください。",
)
def _webhook(trial: Trial) -> CheckResult:
    line = trial.account.line()
    registered = line.webhook_endpoint()
    if registered is None or registered.url != trial.webhook_url:
        line.set_webhook_endpoint(trial.webhook_url)
        registered = line.webhook_endpoint()
    trial.webhook = registered
    return CheckResult(CheckState.GOOD, f"{trial.webhook_url} を登録しました。")


@step(
    "webhook_switch",
    "「Webhookの利用」がオンになっている",
    needs=("webhook",),
    mend="LINE Developersの「Messaging API」チャネルで［Messaging API設定］を開き、"
    "「Webhookの利用」をオンにしてください。",
)
def _webhook_switch(trial: Trial) -> CheckResult:
    if trial.webhook is None or not trial.webhook.is_active:
        return CheckResult(CheckState.BAD, "「Webhookの利用」がオフのため、お客様のメッセージが届きません。")
    return CheckResult(CheckState.GOOD, "オンになっています。")


WEBHOOK_TROUBLES = {
    "COULD_NOT_CONNECT": "LINEからこのソフトにつながりませんでした。ドメインの設定（DNS）と証明書を確認してください。",
    "REQUEST_TIMEOUT": "LINEが2秒待ってもこのソフトが答えませんでした。サーバーが混み合っていないか確認してください。",
}


@step(
    "webhook_test",
    "メッセージの受け取りを試す",
    needs=("webhook",),
    mend="サーバーがインターネットから https:// で開けるか、証明書の期限が切れていないかを確認してから、"
    "もう一度お試しください。",
)
def _webhook_test(trial: Trial) -> CheckResult:
    test = trial.account.line().test_webhook(trial.webhook_url)
    if test.is_ok:
        return CheckResult(CheckState.GOOD, "LINEからの試し送信を受け取れました。")
    if test.status_code == 401:
        return CheckResult(CheckState.BAD, "LINEの署名を確認できません。チャネルシークレットが古い可能性があります。")
    other = f"このソフトの手前（プロキシなど）がエラーを返しました（{test.status_code}）。"
    return CheckResult(CheckState.BAD, WEBHOOK_TROUBLES.get(test.reason, other))


@step("quota", "今月送れる通数を読む", needs=("token",), mend="しばらくしてからもう一度確認してください。")
def _quota(trial: Trial) -> CheckResult:
    trial.quota = trial.account.line().quota()
    if trial.quota.limit is None:
        return CheckResult(CheckState.GOOD, f"上限はありません（今月 {trial.quota.used:,}通 使用）。")
    return CheckResult(CheckState.GOOD, f"今月 {trial.quota.limit:,}通のうち {trial.quota.used:,}通 を使っています。")


@step(
    "chat_mode",
    "LINE側のチャット",
    needs=("bot",),
    mend="LINE公式アカウント管理画面の［設定］→［応答設定］で「チャット」をオフにすると、返信をこのソフトにまとめられます。",
)
def _chat_mode(trial: Trial) -> CheckResult:
    if trial.bot and trial.bot.chat_mode == "chat":
        return CheckResult(
            CheckState.WARNING,
            "LINE側のチャットがオンです。LINE公式アカウントのアプリから送った"
            "返信は、このソフトのトークには表示されません。",
        )
    return CheckResult(CheckState.GOOD, "オフになっています。返信はこのソフトから行えます。")


@step(
    "login",
    "LINEログインのチャネルにサインインする",
    mend="LINE Developersの「LINEログイン」チャネルを開き、［チャネル基本設定］のチャネルIDとチャネルシークレットを"
    "もう一度コピーして、「接続の値を変更する」から貼り直してください。",
)
def _login(trial: Trial) -> CheckResult:
    if trial.login_channel_id == trial.messaging_channel_id:
        return CheckResult(CheckState.BAD, "2つのチャネルIDが同じです。「LINEログイン」のチャネルを作ってください。")
    try:
        trial.account.issue(trial.login_channel_id, trial.vault.open(trial.sealed_login_secret))
    except LineError as error:
        raise _wrong_values(error, "LINEログイン") from error
    return CheckResult(CheckState.GOOD, "サインインできました。")


@step(
    "liff",
    "お客様がLINEの中で開く画面（LIFF）を用意する",
    needs=("login",),
    mend="LINE Developersの「LINEログイン」チャネルで［LIFF］を開き、登録が30件に達していれば、"
    "使っていないものを削除してください。",
)
def _liff(trial: Trial) -> CheckResult:
    try:
        _keep_liff_app(trial, bot_prompt="aggressive")
        trial.can_prompt = True
    except LineError as error:
        if error.http_status != 400:
            raise
        _keep_liff_app(trial, bot_prompt="none")
    return CheckResult(CheckState.GOOD, "予約やフォームの画面を開く入口を用意しました。")


def _keep_liff_app(trial: Trial, *, bot_prompt: str) -> None:
    """One app is ours: the one we made before, else one that already leads to us, else a new one."""
    apps = trial.account.liff_apps()
    url = f"{trial.public_url}/liff"
    existing = apps.all()
    ours = next((app.liff_id for app in existing if app.liff_id == trial.liff_id), None)
    ours = ours or next((app.liff_id for app in existing if app.url == url), None)
    if ours:
        apps.update(ours, url, LIFF_DESCRIPTION, bot_prompt=bot_prompt)
    else:
        ours = apps.create(url, LIFF_DESCRIPTION, bot_prompt=bot_prompt)
    trial.liff_id = ours


@step(
    "provider",
    "2つのチャネルの組み合わせ",
    needs=("liff",),
    mend="LINE Developersで2つのチャネルが同じプロバイダーにあることを確かめ、LINEログインチャネルの"
    "［チャネル基本設定］→「リンクされたボット」でこの公式アカウントを選んでください。"
    "選択肢に出てこない場合は、プロバイダーが違います。",
)
def _provider(trial: Trial) -> CheckResult:
    if not trial.can_prompt:
        return CheckResult(
            CheckState.WARNING,
            "予約やフォームの画面で、友だち追加の案内を出す設定ができませんでした。"
            "2つのチャネルのプロバイダーが違うか、まだリンクされていないようです。",
        )
    return CheckResult(CheckState.GOOD, "問題は見つかりませんでした。下の「ご自身で確認すること」もご覧ください。")
