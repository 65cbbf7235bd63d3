"""Notifications from Sina Pay: the true ones are read, everything else is refused (sinapay.md 8, F24)."""

import contextlib
import random
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.gateways.sina_side import PARTNER, form
from weitask.gateways import sinapay_wire as wire
from weitask.gateways.sinapay import ForgedNotification, Notification, SinaPayConfig, parse_notification


@pytest.fixture
def read(pay_config):
    def parse(body: bytes) -> Notification:
        return parse_notification(fields_body=body, config=pay_config)

    return parse


def refused(read, body: bytes) -> str:
    """Why BODY was refused."""
    with pytest.raises(ForgedNotification) as caught:
        read(body)
    assert str(caught.value) == caught.value.reason
    return caught.value.reason


def test_a_deposit_notification_is_read(read, sina):
    found = read(sina.notice(memo="备注 100%+"))

    assert (found.kind, found.number, found.state) == ("deposit_status_sync", "RC2026112000000017", "SUCCESS")
    assert (found.notify_id, found.inner_number, found.amount_fen) == ("202611200131219561", "1015", 200000)
    assert found.raw["memo"] == "备注 100%+"
    assert "RC2026112000000017" in repr(found)
    assert "备注" not in repr(found)


def test_a_payout_notification_is_read(read, sina):
    fields = {"outer_trade_no": "PO1", "withdraw_status": "RETURNT_TICKET", "withdraw_amount": "123.45"}
    found = read(sina.notice(notify_type="withdraw_status_sync", **fields))

    assert (found.kind, found.number) == ("withdraw_status_sync", "PO1")
    assert (found.state, found.amount_fen) == ("RETURNT_TICKET", 12345)


def test_a_card_payout_notification_names_its_number_otherwise(read, sina):
    fields = {"out_trade_no": "PO1", "trade_status": "SUCCESS", "trade_amount": "1.00"}

    assert read(sina.notice(notify_type="b2c_trade_status_sync", **fields)).number == "PO1"


def test_a_kind_we_do_not_use_is_read_as_empty(read, sina):
    found = read(sina.notice(notify_type="mig_binding_card"))

    assert (found.kind, found.number, found.state, found.amount_fen) == ("mig_binding_card", "", "", None)


@pytest.mark.parametrize("amount", ["", "2000", "-1.00", "much"])
def test_a_true_notification_without_a_readable_amount_has_none(read, sina, amount):
    assert read(sina.notice(deposit_amount=amount)).amount_fen is None


def test_our_own_partner_id_is_fine(read, sina):
    assert read(sina.notice(partner_id=PARTNER)).state == "SUCCESS"


def fields_of(body: bytes) -> dict[str, str]:
    return dict(parse_qsl(body.decode()))


def test_no_signature_is_refused(read, sina):
    fields = fields_of(sina.notice())
    del fields["sign"]

    assert refused(read, form(fields)) == "signature"


def test_another_key_is_refused(read, sina, sandbox_keys):
    fields = fields_of(sina.notice())
    merchants = wire.private_key((sandbox_keys / "merchant_private.pem").read_text())

    assert refused(read, form(fields | {"sign": wire.sign(fields, merchants)})) == "signature"


@pytest.mark.parametrize(
    "change",
    [{"deposit_amount": "9000.00"}, {"deposit_status": "FAILED"}, {"outer_trade_no": "RC9"}, {"extra": "1"}],
)
def test_a_true_signature_over_other_fields_is_refused(read, sina, change):
    assert refused(read, form(fields_of(sina.notice()) | change)) == "signature"


def test_another_merchants_notification_is_refused_though_sina_signed_it(read, sina):
    assert refused(read, sina.notice(partner_id="200099999999")) == "partner id"


@pytest.mark.parametrize("kind", ["MD5", "rsa", "RSA2", ""])
def test_another_sign_type_is_refused(read, sina, kind):
    assert refused(read, form(fields_of(sina.notice()) | {"sign_type": kind})) == "sign type"


@pytest.mark.parametrize("extra", [b"&deposit_amount=9000.00", b"&deposit_amount=2000.00", b"&sign=", b"&memo=&memo="])
def test_a_duplicated_parameter_is_refused(read, sina, extra):
    assert refused(read, sina.notice() + extra) == "duplicated parameter"


def test_two_fields_folded_into_one_value_are_refused_though_they_sign_the_same(read, sina):
    fields = fields_of(sina.notice())
    status = fields.pop("deposit_status")
    folded = fields | {"deposit_amount": f"{fields['deposit_amount']}&deposit_status={status}"}
    assert wire.canonical(folded) == wire.canonical(fields_of(sina.notice()))

    assert refused(read, form(folded)) == "ambiguous parameter"


@pytest.mark.parametrize("name", ["a=b", "a b", "", "a&b", "名", "a" * 65])
def test_a_strange_field_name_is_refused(read, sina, name):
    assert refused(read, sina.notice() + b"&" + form({name: "1"})) == "ambiguous parameter"


@pytest.mark.parametrize("value", ["%00", "x%00y"])
def test_a_nul_is_refused(read, sina, value):
    assert refused(read, sina.notice() + f"&memo={value}".encode()) == "ambiguous parameter"


def test_a_body_that_is_not_a_form_in_utf_8_is_refused(read, sina):
    assert refused(read, "充值=1".encode()) == "encoding"
    assert refused(read, sina.notice() + b"&memo=%ff") == "encoding"
    assert refused(read, b"&".join(b"a%d=1" % at for at in range(101))) == "encoding"
    assert refused(read, b"") == "sign type"


def test_a_body_over_64_kilobytes_is_refused_before_it_is_read(read, sina):
    assert refused(read, sina.notice(memo="x" * 64 * 1024)) == "size"


def test_blanks_around_a_value_change_nothing_that_is_read(read, sina):
    padded = {name: f" {value} " for name, value in fields_of(sina.notice()).items()}

    assert read(form(padded)) == read(sina.notice())


@given(seed=st.integers(min_value=0, max_value=2**32))
def test_whatever_is_done_to_a_true_body_it_is_refused_or_says_the_same(sandbox_keys, sina, seed):
    config = SinaPayConfig("", "", PARTNER, "", (sandbox_keys / "sina_public.pem").read_text(), "", "", "")
    body = sina.notice()
    truth = parse_notification(fields_body=body, config=config)

    with contextlib.suppress(ForgedNotification):
        assert parse_notification(fields_body=mutated(body, random.Random(seed)), config=config) == truth


def mutated(body: bytes, dice: random.Random) -> bytes:
    """BODY with one to three changes: bytes flipped, cut, doubled or inserted, fields moved, dropped or swapped."""
    for _ in range(dice.randint(1, 3)):
        at = dice.randrange(len(body))
        pairs = body.split(b"&")
        one, two = dice.randrange(len(pairs)), dice.randrange(len(pairs))
        swapped = list(pairs)
        swapped[one], swapped[two] = pairs[two], pairs[one]
        name, _, value = pairs[one].partition(b"=")
        body = dice.choice(
            [
                body[:at] + bytes([body[at] ^ (1 << dice.randrange(8))]) + body[at + 1 :],
                body[:at] + body[at + 1 :],
                body[:at] + dice.choice([b"&", b"=", b"%", b"+", b"0", b"%26", b"%3D"]) + body[at:],
                b"&".join(swapped),
                b"&".join(pairs[:one] + pairs[one + 1 :]) or b"x",
                b"&".join([*pairs, pairs[one]]),
                b"&".join([*pairs, name.upper() + b"=" + value]),
                b"&".join([*pairs[:one], name + b"=" + pairs[two].partition(b"=")[2], *pairs[one + 1 :]]),
            ]
        )
    return body
