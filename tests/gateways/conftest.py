"""Clients that talk to a scripted server on loopback."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import settings as hypothesis_settings

from tests.gateways.loopback import Loopback
from tests.gateways.sina_side import SinaSide
from weitask.gateways.breaker import BreakerLimits
from weitask.gateways.sinapay import SinaPayClient, SinaPayConfig
from weitask.gateways.weibo import WeiboClient, WeiboConfig

# A busy machine is slow, not wrong.
hypothesis_settings.register_profile("unhurried", deadline=None)
hypothesis_settings.load_profile("unhurried")


@pytest.fixture
def server() -> Iterator[Loopback]:
    """A server that answers `{}` until told otherwise."""
    loopback = Loopback()
    yield loopback
    loopback.close()


@pytest.fixture
def weibo_config(server: Loopback) -> WeiboConfig:
    """Weibo at the scripted server, patient enough for a busy machine."""
    return WeiboConfig(
        api_base=server.url,
        authorize_base="https://browser.example",
        biz_base=server.url,
        upload_base=server.url,
        app_key="2714550001",
        app_secret="app-secret-value",
        platform_token="platform-token-value",
        timeout=10.0,
        breaker=BreakerLimits(failures=0),
    )


@pytest.fixture
def weibo(weibo_config: WeiboConfig) -> Iterator[WeiboClient]:
    """A Weibo client."""
    with WeiboClient(weibo_config) as client:
        yield client


@pytest.fixture
def hasty_weibo(weibo_config: WeiboConfig) -> Iterator[WeiboClient]:
    """A Weibo client that gives up soon, for servers that never answer."""
    with WeiboClient(replace(weibo_config, timeout=0.3)) as client:
        yield client


@pytest.fixture
def pay_config(server: Loopback, sandbox_keys: Path) -> SinaPayConfig:
    """Sina Pay at the scripted server, patient enough for a busy machine."""
    return SinaPayConfig(
        mgs_url=f"{server.url}/mgs/gateway.do",
        mas_url=f"{server.url}/mas/gateway.do",
        partner_id="200012345678",
        sign_private_key_pem=(sandbox_keys / "merchant_private.pem").read_text(),
        sign_public_key_pem=(sandbox_keys / "sina_public.pem").read_text(),
        encrypt_public_key_pem=(sandbox_keys / "sina_encrypt_public.pem").read_text(),
        notify_url="https://weitask.example/api/v1/payments/sinapay/notify/",
        return_url="https://weitask.example/recharge/return/",
        timeout=10.0,
        breaker=BreakerLimits(failures=0),
    )


@pytest.fixture
def pay(pay_config: SinaPayConfig) -> Iterator[SinaPayClient]:
    """A Sina Pay client."""
    with SinaPayClient(pay_config) as client:
        yield client


@pytest.fixture(scope="session")
def sina(sandbox_keys: Path) -> SinaSide:
    """Sina's side of the keys."""
    return SinaSide(sandbox_keys)


@pytest.fixture
def hasty_pay(pay_config: SinaPayConfig) -> Iterator[SinaPayClient]:
    """A Sina Pay client that gives up soon, for servers that never answer."""
    with SinaPayClient(replace(pay_config, timeout=0.3)) as client:
        yield client
