"""Sina Pay's wire format (sinapay.md 1 to 5)."""

from datetime import UTC, datetime
from urllib.parse import parse_qs, unquote_plus

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519
from hypothesis import given
from hypothesis import strategies as st

from weitask.gateways import sinapay_wire as wire
from weitask.gateways.reading import Malformed

SHEET_EXAMPLE = (
    "_input_charset=utf-8&account_type=BASIC&amount=2000.00&identity_id=adv_1042&identity_type=UID"
    "&notify_url=https://weitask.example/api/v1/payments/sinapay/notify/&out_trade_no=RC2026112000000017"
    "&partner_id=200012345678&pay_method=online_bank^2000.00^SINAPAY,DEBIT,C&payer_ip=203.0.113.9"
    "&request_time=20261120100301&return_url=https://weitask.example/recharge/return/"
    "&service=create_hosting_deposit&summary=微任务充值&version=1.2"
)


def test_the_canonical_string_is_that_of_the_sheet():
    fields = dict(pair.split("=", 1) for pair in reversed(SHEET_EXAMPLE.split("&")))
    noise = {"sign": "x", "sign_type": "RSA", "sign_version": "1.0", "memo": "", "user_fee": "  "}

    assert wire.canonical(fields | noise) == SHEET_EXAMPLE


def test_values_are_trimmed_before_they_are_signed():
    assert wire.canonical({"b": " 2 ", "a": "1"}) == "a=1&b=2"


def test_values_are_encoded_twice():
    body = wire.encode_body({"summary": "充值 100%+", "memo": " "})

    assert body == b"summary=%25E5%2585%2585%25E5%2580%25BC%2B100%2525%252B"


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=40).map(str.strip).filter(bool))
def test_every_value_arrives_as_it_was_signed(value):
    once = parse_qs(wire.encode_body({"v": value}).decode(), strict_parsing=True)

    assert unquote_plus(once["v"][0]) == value


def test_a_signature_is_true_for_its_own_fields_and_key_only(sina):
    signed = sina.signed({"a": "1"})
    key = sina.signing.public_key()

    assert wire.is_signed(signed, key)
    assert not wire.is_signed(signed | {"a": "2"}, key)
    assert not wire.is_signed(signed | {"b": "2"}, key)
    assert not wire.is_signed(signed, sina.merchant)


@pytest.mark.parametrize("changes", [{"sign": ""}, {"sign": "????"}, {"sign": "YWJj"}, {"sign_type": "MD5"}])
def test_a_missing_or_strange_signature_is_false(sina, changes):
    assert not wire.is_signed(sina.signed({"a": "1"}) | changes, sina.signing.public_key())


@pytest.mark.parametrize("value", ["张三", "510104199001011234", "长" * 100])
def test_only_sina_reads_what_is_encrypted(sina, value):
    closed = wire.encrypt(value, sina.secrecy.public_key())

    assert value not in closed
    assert sina.decrypt(closed) == value


NOT_ANSWERS = [b"", b"%7B", b"<form>", b"%5B%5D", b"%7B%22a%22%3A1%7D", b"%7B%22a%22%3A%7B%7D%7D", b"\xff", b"%ff"]


@pytest.mark.parametrize("body", NOT_ANSWERS)
def test_an_answer_of_another_shape_is_malformed(body):
    with pytest.raises(Malformed):
        wire.decode_answer(body)


def test_an_answer_with_a_field_twice_is_malformed():
    with pytest.raises(Malformed):
        wire.decode_answer(b"%7B%22a%22%3A%221%22%2C%22a%22%3A%222%22%7D")


def test_amounts_travel_with_two_places():
    assert wire.amount(120000) == "1200.00"
    assert wire.amount(5) == "0.05"
    assert wire.fen("1200.05") == 120005


@pytest.mark.parametrize("fen", [0, -1])
def test_only_positive_amounts_travel(fen):
    with pytest.raises(ValueError, match="positive"):
        wire.amount(fen)


@pytest.mark.parametrize("text", ["", "1200", "1200.5", "-1.00", "+1.00", "1e3", "1,200.00", "１.00", " 1.00", "1.000"])
def test_an_amount_written_another_way_is_malformed(text):
    with pytest.raises(Malformed):
        wire.fen(text)


@given(st.integers(min_value=1, max_value=10**12))
def test_every_amount_comes_back(fen):
    assert wire.fen(wire.amount(fen)) == fen


def test_times_are_beijing_on_the_wire_and_utc_here():
    moment = datetime(2026, 11, 20, 2, 3, 1, tzinfo=UTC)

    assert wire.beijing(moment) == "20261120100301"
    assert wire.moment("20261120100301") == moment


@pytest.mark.parametrize("text", ["", "2026-11-20", "20261320100301", "2026112010030"])
def test_a_time_written_another_way_is_malformed(text):
    with pytest.raises(Malformed):
        wire.moment(text)


def test_keys_must_be_rsa_keys():
    key = ed25519.Ed25519PrivateKey.generate()
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)

    with pytest.raises(ValueError, match="RSA"):
        wire.private_key(pem.decode())
    with pytest.raises(ValueError, match="RSA"):
        wire.public_key(public.decode())
