"""One client per process."""

import os

import pytest

from weitask.gateways import sinapay, weibo
from weitask.gateways.process_wide import ProcessWide


class Fake:
    """Counts how it is built and closed."""

    def __init__(self, config: str) -> None:
        self.config = config
        self.closed = False

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def settings_now() -> dict[str, str]:
    return {"host": "first"}


@pytest.fixture
def shared(settings_now) -> ProcessWide[str, Fake]:
    return ProcessWide(configure=lambda: settings_now["host"], build=Fake)


def test_it_is_built_once(shared):
    assert shared.get() is shared.get()


def test_changed_settings_give_a_new_one_and_close_the_old(shared, settings_now):
    old = shared.get()
    settings_now["host"] = "second"

    assert shared.get().config == "second"
    assert old.closed


def test_after_a_fork_the_parents_connections_are_left_alone(shared, monkeypatch):
    parents = shared.get()
    monkeypatch.setattr(os, "getpid", lambda: -1)

    assert shared.get() is not parents
    assert not parents.closed


def test_a_forgotten_one_is_closed_and_built_again(shared):
    old = shared.get()
    shared.forget()
    shared.forget()

    assert old.closed
    assert shared.get() is not old


def test_the_weibo_client_follows_the_settings(settings):
    settings.WEIBO_API_BASE = "https://api.example/"
    settings.WEITASK_SEND_NOW = False
    client = weibo.client()

    assert client is weibo.client()
    assert client.config.api_base == "https://api.example"
    assert client.config.now is None
    assert settings.WEIBO_APP_SECRET not in repr(client.config)
    weibo.forget_client()


def test_the_sina_pay_client_follows_the_settings(settings, sandbox_keys):
    settings.SINAPAY_SIGN_PRIVATE_KEY = (sandbox_keys / "merchant_private.pem").read_text()
    settings.SINAPAY_SINA_PUBLIC_KEY = (sandbox_keys / "sina_public.pem").read_text()
    settings.SINAPAY_SINA_ENCRYPT_KEY = (sandbox_keys / "sina_encrypt_public.pem").read_text()
    settings.SINAPAY_NOTIFY_BASE = "https://weitask.example/"
    settings.WEITASK_SEND_NOW = True
    client = sinapay.client()

    assert client is sinapay.client()
    assert client.config.notify_url == "https://weitask.example/api/v1/payments/sinapay/notify/"
    assert client.config.now is not None
    assert "PRIVATE" not in repr(client.config)
    sinapay.forget_client()
