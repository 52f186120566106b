"""Every alert channel keeps its contract."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from email import message_from_bytes
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, ClassVar

import pytest

from moodle_bridge.errors import Permanent
from moodle_bridge.model.alerts import AlertTarget
from moodle_bridge.model.mail import OutgoingMail, Sent
from moodle_bridge.moodle.messages import NewMessage
from moodle_bridge.plugins.alerts.apprise import AppriseAlerts, AppriseAlertsSettings
from moodle_bridge.plugins.alerts.mail import MailAlerts, MailAlertsSettings
from moodle_bridge.plugins.alerts.moodle_message import (
    MoodleMessageAlerts,
    MoodleMessageAlertsSettings,
)
from moodle_bridge.testing import AlertChannelContract
from moodle_bridge.testing.alert_channel import NOTICE

Arrived = Callable[[], list[str]]


class Post:
    """A way out that keeps what it is given, until it is broken."""

    def __init__(self) -> None:
        self.mails: list[OutgoingMail] = []
        self.messages: list[NewMessage] = []
        self.broken = False

    def take(self, what: list[Any], item: Any) -> None:
        if self.broken:
            raise Permanent("refused", item="post", advice="Look.")
        what.append(item)


@pytest.fixture
def post() -> Post:
    return Post()


class TestMailAlerts(AlertChannelContract):
    plugin = "mail"

    @pytest.fixture
    def channel(self, post: Post) -> MailAlerts:
        class Mailer:
            def send(self, mail: OutgoingMail) -> Sent:
                post.take(post.mails, mail)
                return Sent(accepted=mail.recipients, remote_id="q1")

        channel = MailAlerts(MailAlertsSettings())
        channel.use_mailer(Mailer(), "bridge@lists.example.org")
        return channel

    @pytest.fixture
    def target(self) -> AlertTarget:
        return AlertTarget(name="Ana Kató\r\nX: y", address="ana@example.org")

    @pytest.fixture
    def arrived(self, post: Post) -> Arrived:
        return lambda: [mail.content.decode() for mail in post.mails]

    @pytest.fixture
    def break_it(self, post: Post) -> Callable[[], None]:
        return lambda: setattr(post, "broken", True)

    def test_nothing_from_outside_becomes_a_header(
        self, channel: MailAlerts, target: AlertTarget, post: Post
    ) -> None:
        channel.send(NOTICE, target)
        (mail,) = post.mails
        read = message_from_bytes(mail.content, policy=default)
        assert read["Bcc"] is None
        assert read["X"] is None
        assert read["Reply-To"] == "bridge+key@lists.example.org"
        assert read["Message-ID"] == "<alert.417@lists.example.org>"
        assert read["X-Moodle-Bridge"] == "v=1"
        assert read["Auto-Submitted"] == "auto-generated"
        assert read["Content-Language"] == "en"
        assert (mail.key, mail.recipients) == (NOTICE.key, ("ana@example.org",))


class TestMoodleMessageAlerts(AlertChannelContract):
    plugin = "moodle-message"

    @pytest.fixture
    def channel(self, post: Post) -> MoodleMessageAlerts:
        class Messages:
            def send(self, message: NewMessage) -> int:
                post.take(post.messages, message)
                return 5

        channel = MoodleMessageAlerts(MoodleMessageAlertsSettings())
        channel.use_moodle(type("Moodle", (), {"messages": Messages()})())
        return channel

    @pytest.fixture
    def target(self) -> AlertTarget:
        return AlertTarget(name="Ana", address="7")

    @pytest.fixture
    def arrived(self, post: Post) -> Arrived:
        return lambda: [message.text for message in post.messages]

    @pytest.fixture
    def break_it(self, post: Post) -> Callable[[], None]:
        return lambda: setattr(post, "broken", True)

    def test_what_is_too_long_for_moodle_is_said_shortly(
        self, channel: MoodleMessageAlerts, target: AlertTarget, post: Post
    ) -> None:
        from dataclasses import replace

        channel.send(replace(NOTICE, text="é" * 4000), target)
        assert NOTICE.short in post.messages[0].text

    def test_an_address_that_is_no_account_is_refused(
        self, channel: MoodleMessageAlerts
    ) -> None:
        assert channel.problem_with("ana@example.org") is not None


# What Apprise imports for services that nobody here uses.
@pytest.mark.filterwarnings("ignore:'imghdr' is deprecated")
class TestAppriseAlerts(AlertChannelContract):
    plugin = "apprise"

    @pytest.fixture
    def service(self) -> Iterator[Any]:
        class Service(BaseHTTPRequestHandler):
            arrived: ClassVar[list[str]] = []
            status = 200

            def do_POST(self) -> None:
                length = int(self.headers["Content-Length"])
                body = json.loads(self.rfile.read(length))
                if self.status == 200:
                    Service.arrived.append(f"{body['title']} {body['message']}")
                self.send_response(self.status)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Service)
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        Service.port = server.server_port  # type: ignore[attr-defined]
        yield Service
        server.shutdown()
        server.server_close()
        thread.join()

    @pytest.fixture
    def channel(self, service: Any) -> AppriseAlerts:
        url = f"json://127.0.0.1:{service.port}/SECRET"
        return AppriseAlerts(AppriseAlertsSettings(url=url))  # type: ignore[arg-type]

    @pytest.fixture
    def target(self) -> AlertTarget:
        return AlertTarget(name="Ana", address="")

    @pytest.fixture
    def arrived(self, service: Any) -> Arrived:
        return lambda: list(service.arrived)

    @pytest.fixture
    def break_it(self, service: Any) -> Callable[[], None]:
        return lambda: setattr(service, "status", 500)

    def test_its_address_is_never_told(
        self, channel: AppriseAlerts, target: AlertTarget, service: Any
    ) -> None:
        service.status = 500
        with pytest.raises(Permanent) as caught:
            channel.send(NOTICE, target)
        assert "SECRET" not in str(caught.value) + channel.name

    def test_an_address_that_apprise_does_not_know_is_told(self) -> None:
        settings = AppriseAlertsSettings(url="nonsense://SECRET")  # type: ignore[arg-type]
        problem = AppriseAlerts(settings).problem_with("")
        assert problem is not None
        assert "SECRET" not in problem
