"""Every outcome of a send, over a real socket."""

import json
import socket
import ssl
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from lstep_lite.engine.line import AnswerKind, Line, LineError, connection
from tests.engine.line.conftest import DROP, HANG_SECONDS, Script

KEY = str(uuid.UUID(int=7))
BODY = '{"to":"U1",  "messages":[{"type":"text","text":"髪"}]}'
SENT = {"sentMessages": [{"id": "461230966842064897", "quoteToken": "q"}]}


def a_line(url: str, renew: Callable[[Line, str], None] | None = None, timeout_seconds: float = 5) -> Line:
    line = Line(connection.open_client(url, "good"), timeout_seconds, lambda token: renew and renew(line, token))
    return line


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (200, SENT, AnswerKind.ACCEPTED),
        (200, {}, AnswerKind.ACCEPTED),
        (200, b"<html>not what was promised", AnswerKind.ACCEPTED),
        (409, {"message": "The retry key is already accepted", **SENT}, AnswerKind.ALREADY_ACCEPTED),
        (400, {"message": "Failed to send messages"}, AnswerKind.REFUSED),
        (400, {"message": "Invalid reply token"}, AnswerKind.REFUSED),
        (403, {"message": "not for your plan"}, AnswerKind.REFUSED),
        (413, b"", AnswerKind.REFUSED),
        (415, b"", AnswerKind.REFUSED),
        (429, {"message": "The API rate limit has been exceeded. Try again later."}, AnswerKind.RATE_LIMITED),
        (429, b"slow down", AnswerKind.RATE_LIMITED),
        (429, {"message": "You have reached your monthly limit."}, AnswerKind.MONTHLY_LIMIT),
        (401, {"message": "Authentication failed"}, AnswerKind.TOKEN_REJECTED),
        (408, b"", AnswerKind.UNKNOWN),
        (500, {"message": "Internal server error"}, AnswerKind.UNKNOWN),
        (503, b"", AnswerKind.UNKNOWN),
        (302, b"", AnswerKind.UNKNOWN),
    ],
)
def test_an_answer_to_a_push_is_judged_by_status_and_words(
    script: Script, status: int, body: object, kind: AnswerKind
) -> None:
    script.answers = [(status, body, {"Location": "http://127.0.0.1:9/"} if status == 302 else {})]
    assert a_line(script.url).push(BODY, KEY).kind is kind


def test_a_dead_reply_token_is_told_from_other_refusals(script: Script) -> None:
    script.answers = [(400, {"message": "Invalid reply token"}, {}), (400, {"message": "May not be empty"}, {})]
    line = a_line(script.url)
    assert [line.reply(BODY).kind, line.reply(BODY).kind] == [AnswerKind.BAD_REPLY_TOKEN, AnswerKind.REFUSED]


@pytest.mark.parametrize("ending", [DROP, HANG_SECONDS])
def test_a_request_that_left_but_was_not_answered_is_unknown(script: Script, ending: object) -> None:
    script.answers = [ending]
    assert a_line(script.url, timeout_seconds=0.3).push(BODY, KEY).kind is AnswerKind.UNKNOWN
    assert len(script.requests) == 1, "the SDK or its pool repeated the request by itself"


def test_a_server_that_asks_to_come_back_is_not_asked_again_by_the_library(script: Script) -> None:
    script.answers = [(503, b"", {"Retry-After": "0"})]
    a_line(script.url).push(BODY, KEY)
    assert len(script.requests) == 1


def test_a_request_to_a_closed_port_is_not_sent() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    assert a_line(url).push(BODY, KEY).kind is AnswerKind.NOT_SENT


def test_a_request_to_an_unknown_host_is_not_sent() -> None:
    assert a_line("http://line.invalid").push(BODY, KEY).kind is AnswerKind.NOT_SENT


def test_a_request_to_a_host_that_cannot_prove_itself_is_not_sent(script: Script, certificate: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    script.server.socket = context.wrap_socket(script.server.socket, server_side=True)
    answer = a_line(script.url.replace("http:", "https:")).push(BODY, KEY)
    assert (answer.kind, script.requests) == (AnswerKind.NOT_SENT, [])


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A key and a certificate that nobody but itself vouches for."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2120, 1, 1, tzinfo=UTC))
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()) + made.public_bytes(Encoding.PEM)
    path = tmp_path / "server.pem"
    path.write_bytes(pem)
    return path


def test_the_stored_json_leaves_byte_for_byte_with_its_key(script: Script) -> None:
    script.answers = [(200, SENT, {"x-line-request-id": "r1"})]
    answer = a_line(script.url).push(BODY, KEY)
    sent = script.requests[0]
    assert (sent.path, sent.body) == ("/v2/bot/message/push", BODY.encode())
    assert sent.headers["x-line-retry-key"] == KEY
    assert sent.headers["authorization"] == "Bearer good"
    assert sent.headers["user-agent"].startswith("line-bot-sdk-python/")
    assert (answer.request_id, answer.sent_message_ids) == ("r1", ("461230966842064897",))


def test_a_reply_carries_no_retry_key(script: Script) -> None:
    script.answers = [(200, SENT, {})]
    a_line(script.url).reply(BODY)
    assert script.requests[0].path == "/v2/bot/message/reply"
    assert "x-line-retry-key" not in script.requests[0].headers


def test_a_repeated_key_reports_the_first_request(script: Script) -> None:
    headers = {"x-line-request-id": "second", "x-line-accepted-request-id": "first"}
    script.answers = [(409, {"message": "The retry key is already accepted", **SENT}, headers)]
    answer = a_line(script.url).multicast(BODY, KEY)
    assert (answer.request_id, answer.sent_message_ids) == ("first", ("461230966842064897",))


def test_a_refusal_names_the_places_line_names(script: Script) -> None:
    details = [{"message": "invalid", "property": "to[1]"}, "odd"]
    script.answers = [(400, {"message": "The request body has 1 error(s)", "details": details}, {})]
    answer = a_line(script.url).multicast(BODY, KEY)
    assert [(detail.property, detail.message) for detail in answer.details] == [("to[1]", "invalid")]


def test_a_refused_token_is_renewed_once_and_the_same_request_sent_again(script: Script) -> None:
    script.answers = [(401, {}, {}), (200, SENT, {})]

    def renew(line: Line, refused: str) -> None:
        assert refused == "good"
        line.token = "better"

    assert a_line(script.url, renew).push(BODY, KEY).kind is AnswerKind.ACCEPTED
    first, second = script.requests
    assert second.headers["authorization"] == "Bearer better"
    assert (first.body, first.headers["x-line-retry-key"]) == (second.body, second.headers["x-line-retry-key"])


def test_a_token_that_cannot_be_renewed_is_an_answer_and_no_exception(script: Script) -> None:
    script.answers = [(401, {}, {})]

    def renew(line: Line, refused: str) -> None:
        raise LineError("断られました", permanent=True)

    assert a_line(script.url, renew).push(BODY, KEY).kind is AnswerKind.TOKEN_REJECTED
    assert len(script.requests) == 1


def test_threads_share_the_connections_and_mix_nothing_up(script: Script) -> None:
    script.answers = [(200, SENT, {})]
    line = a_line(script.url)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda n: line.push(json.dumps({"to": n}), str(n)), range(80)))
    assert all(answer.is_accepted for answer in answers)
    assert {request.headers["x-line-retry-key"] for request in script.requests} == {str(n) for n in range(80)}
    assert all(
        json.loads(request.body)["to"] == int(request.headers["x-line-retry-key"]) for request in script.requests
    )
    assert script.connection_count <= 8


def test_without_another_address_line_itself_is_called_on_both_its_hosts() -> None:
    assert connection.open_client("https://api.line.me", "t").configuration.host is None
    assert connection.open_client("http://127.0.0.1:1", "t").configuration.host == "http://127.0.0.1:1"
