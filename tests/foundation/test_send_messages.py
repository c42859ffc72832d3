"""Sending what waits: a real mail server, a real program that is called, pauses, giving up."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes
from email.header import decode_header, make_header
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.db import connections
from django.utils import timezone

from huanxin.foundation.access.models import User
from huanxin.foundation.lib import sealed
from huanxin.foundation.outbox import calling, sending, services
from huanxin.foundation.outbox.models import Delivery, Hook
from huanxin.web import cast
from tests.servers import MailServer, Program

pytestmark = pytest.mark.django_db


@pytest.fixture
def mail_server(settings) -> Iterator[MailServer]:
    with MailServer() as server:
        settings.GATEWAYS = settings.GATEWAYS | {"mail": "smtp"}
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = server.address
        yield server


@pytest.fixture
def program() -> Iterator[Program]:
    with Program() as server:
        yield server


def test_a_mail_arrives_in_the_readers_language(naren: User, mail_server: MailServer) -> None:
    services.reach(naren, "mail", "naren@example.cn")
    User.objects.filter(pk=naren.pk).update(language="en")
    services.tell(naren, "no/such-kind", {}, about="car-1")
    assert services.send_waiting().n_sent == 1
    sender, receivers, raw = mail_server.received[0]
    mail = message_from_bytes(raw)
    assert (sender, receivers) == ("huanxin@localhost", ["naren@example.cn"])
    assert str(make_header(decode_header(mail["Subject"]))) == "News about car-1"
    assert services.send_waiting().n_sent == 0, "what was sent is sent once"


def test_a_server_that_refuses_the_receiver_is_not_asked_again(naren: User, mail_server: MailServer) -> None:
    mail_server.refuses = "550 no such user here"
    services.reach(naren, "mail", "nobody@example.cn")
    services.tell(naren, "no/such-kind", {})
    assert services.send_waiting().n_given_up == 1
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.trouble) == ("given_up", "550 no such user here")


def test_a_text_message_stands_in_the_log_of_a_trial(naren: User, settings) -> None:
    services.reach(naren, "sms", "13800000000")
    services.tell(naren, "no/such-kind", {}, about="car-1")
    services.send_waiting()
    written = Path(settings.VAR / "log" / "messages.log").read_text(encoding="utf-8")
    assert "sms 13800000000" in written
    assert "car-1" in written


def test_a_provider_of_text_messages_is_called(naren: User, program: Program, settings) -> None:
    settings.GATEWAYS = settings.GATEWAYS | {"sms": program.url}
    settings.GATEWAY_SECRET = "shared"
    services.reach(naren, "sms", "13800000000")
    services.tell(naren, "no/such-kind", {}, about="car-1")
    assert services.send_waiting().n_sent == 1
    assert json.loads(program.received[0].body)["to"] == "13800000000"


def test_a_program_is_called_with_a_signature_it_can_check(suhe: User, program: Program) -> None:
    _hook, secret = services.add_hook(suhe, program.url, ["tradein/*"])
    services.tell(suhe, "tradein/settled", {"amount": "120.00"}, about="S-1", address="/tradein/")
    assert services.send_waiting().n_sent == 1
    call = program.received[0]
    stamp = int(call.headers["Huanxin-Timestamp"])
    assert call.headers["Huanxin-Signature"] == calling.signature(secret, stamp, call.body)
    told = json.loads(call.body)
    assert (told["kind"], told["about"], told["context"]) == ("tradein/settled", "S-1", {"amount": "120.00"})


def test_a_program_that_fails_is_called_again_after_growing_pauses(suhe: User, program: Program) -> None:
    program.answers = 503
    services.add_hook(suhe, program.url, ["*"])
    services.tell(suhe, "claims/paid", {})
    pauses = []
    for _n in range(len(sending.PAUSES)):
        assert services.send_waiting().n_later == 1
        delivery = Delivery.objects.get()
        pauses.append(delivery.next_at - timezone.now())
        assert services.send_waiting() == sending.Sent(), "not before its time"
        Delivery.objects.update(next_at=timezone.now())
    assert pauses == sorted(pauses)
    assert services.send_waiting().n_given_up == 1
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.n_tries) == ("given_up", len(sending.PAUSES) + 1)
    assert "503" in delivery.trouble


def test_a_program_that_comes_back_gets_its_message(suhe: User, program: Program) -> None:
    program.answers = 500
    services.add_hook(suhe, program.url, ["*"])
    services.tell(suhe, "claims/paid", {})
    services.send_waiting()
    program.answers = 204
    Delivery.objects.update(next_at=timezone.now())
    assert services.send_waiting().n_sent == 1


def test_a_redirect_is_not_followed(suhe: User, program: Program) -> None:
    program.answers, program.says = 302, {"Location": f"{program.url}elsewhere"}
    services.add_hook(suhe, program.url, ["*"])
    services.tell(suhe, "claims/paid", {})
    assert services.send_waiting().n_later == 1
    assert [call.path for call in program.received] == ["/"]


def test_a_program_that_is_gone_is_called_no_more(suhe: User, program: Program) -> None:
    program.answers = 410
    services.add_hook(suhe, program.url, ["*"])
    services.tell(suhe, "claims/paid", {})
    assert services.send_waiting().n_given_up == 1
    assert not Hook.objects.get().is_active


@pytest.mark.parametrize(
    "url",
    [
        "http://192.0.2.1/",
        "https://127.0.0.1/",
        "https://10.0.0.1/",
        "https://169.254.169.254/latest",
        "https://[::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://[64:ff9b::a00:1]/",
        "https://0.0.0.0/",
        "https://224.0.0.1/",
        "https://user:password@93.184.216.34/",
        "ftp://93.184.216.34/",
        "https://[broken/",
        "no address",
    ],
)
def test_in_service_no_program_is_called_in_a_private_network(suhe: User, settings, url: str) -> None:
    settings.TRIAL = False
    with pytest.raises(ValidationError):
        services.add_hook(suhe, url, ["*"])


def test_an_address_that_turned_private_afterwards_is_not_called(
    suhe: User, program: Program, settings
) -> None:
    services.add_hook(suhe, program.url, ["*"])
    services.tell(suhe, "claims/paid", {})
    settings.TRIAL = False
    assert services.send_waiting().n_given_up == 1
    assert program.received == []


def test_a_text_that_cannot_be_rendered_does_not_hold_up_the_others(
    naren: User, temur: User, settings, tmp_path: Path
) -> None:
    broken = tmp_path / "outbox" / "test" / "broken.txt"
    broken.parent.mkdir(parents=True)
    broken.write_text("{% extends layout %}{% block short %}{{ nobody.passed }}{% endblock %}")
    settings.TEMPLATES = [settings.TEMPLATES[0] | {"DIRS": [tmp_path]}]
    for who, kind in ((naren, "test/broken"), (temur, "no/such-kind")):
        services.reach(who, "sms", "13800000000")
        services.tell(who, kind, {})
    done = services.send_waiting()
    assert (done.n_sent, done.n_later) == (1, 1)


def test_a_sender_that_died_leaves_its_lot_to_the_next(suhe: User, program: Program) -> None:
    services.add_hook(suhe, program.url, ["*"])
    services.tell(suhe, "claims/paid", {})
    assert len(sending._take(10)) == 1, "taken by a sender that dies here"
    assert services.send_waiting() == sending.Sent()
    Delivery.objects.update(next_at=timezone.now() - timedelta(seconds=1))
    assert services.send_waiting().n_sent == 1


def test_a_secret_is_kept_sealed(suhe: User, program: Program) -> None:
    hook, secret = services.add_hook(suhe, program.url, ["*"])
    assert secret.encode() not in bytes(hook.secret_sealed)
    assert sealed.unseal(hook.secret_sealed) == secret


@pytest.mark.django_db(transaction=True)
def test_senders_beside_each_other_never_take_the_same(tmp_path: Path) -> None:
    naren = cast.enter(cast.NAREN)
    services.reach(naren, "sms", "13800000000")
    services.tell_many([services.Telling(naren, "no/such-kind", {}, f"car-{n}") for n in range(60)])
    start, taken = threading.Barrier(3), []

    def send() -> None:
        start.wait()
        try:
            while lot := sending._take(7):
                taken.extend(delivery.pk for delivery in lot)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=send) for _n in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == len(set(taken)) == 60
