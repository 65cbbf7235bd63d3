"""Signed notifications and their re-delivery (sinapay.md 8)."""

from collections.abc import Iterator

import pytest
from cryptography.exceptions import InvalidSignature

from tests.sandbox.merchant import PARTNER, Merchant
from tests.sandbox.receiver import Receiver
from tests.sandbox_process import SandboxProcess


@pytest.fixture
def receiver(merchant: Merchant) -> Iterator[Receiver]:
    """The merchant's address, with one unpaid recharge that names it."""
    with Receiver() as address:
        merchant.deposit(notify_url=address.url, memo="备注")
        yield address


def _pay(sandbox: SandboxProcess, notify: str = "once") -> dict[str, object]:
    return sandbox.control("sinapay/deposits/RC1/pay/", {"notify": notify})


def test_a_paid_recharge_is_notified_with_a_true_signature(
    sandbox: SandboxProcess, merchant: Merchant, receiver: Receiver
) -> None:
    _pay(sandbox)
    fields = receiver.fields[0]
    merchant.check(fields)
    assert fields["notify_type"] == "deposit_status_sync"
    assert (fields["outer_trade_no"], fields["deposit_status"], fields["deposit_amount"]) == (
        "RC1",
        "SUCCESS",
        "2000.00",
    )
    assert (fields["partner_id"], fields["memo"], fields["notify_time"]) == (PARTNER, "备注", "20260105100000")
    assert fields["inner_trade_no"]


def test_success_ends_the_delivery(sandbox: SandboxProcess, receiver: Receiver) -> None:
    _pay(sandbox)
    assert sandbox.control("tick/", {"now": "2026-01-07T10:00:00+08:00"})["next_due"] is None
    assert len(receiver.bodies) == 1


def test_anything_else_is_delivered_again_by_the_schedule(sandbox: SandboxProcess, receiver: Receiver) -> None:
    receiver.says = "fail"
    _pay(sandbox)
    gaps = []
    while (due := sandbox.control("tick/", {})["next_due"]) is not None:
        gaps.append(due[11:16])
        sandbox.control("tick/", {"now": due})
    assert gaps == ["10:02", "10:12", "10:22", "11:22", "13:22", "19:22", "10:22"]
    assert len({fields["notify_id"] for fields in receiver.fields}) == 1
    assert len(receiver.bodies) == 8


def test_a_dead_address_is_tried_again_too(sandbox: SandboxProcess, merchant: Merchant) -> None:
    merchant.deposit(notify_url="http://127.0.0.1:9/nobody/")
    answer = _pay(sandbox)
    assert answer["notifications"][0]["answers"][0]["answer"].startswith("error: ")  # type: ignore[index]
    assert sandbox.control("tick/", {})["next_due"] == "2026-01-05T10:02:00+08:00"


def test_never_is_never(sandbox: SandboxProcess, merchant: Merchant, receiver: Receiver) -> None:
    _pay(sandbox, "never")
    sandbox.control("tick/", {"now": "2026-01-07T10:00:00+08:00"})
    assert receiver.bodies == []
    assert merchant.balance() == "2000.00"


def test_twice_is_the_same_notification_twice(sandbox: SandboxProcess, receiver: Receiver) -> None:
    _pay(sandbox, "twice")
    assert len(receiver.bodies) == 2
    assert receiver.bodies[0] == receiver.bodies[1]


def test_late_waits_for_its_tick(sandbox: SandboxProcess, receiver: Receiver) -> None:
    _pay(sandbox, "late")
    assert receiver.bodies == []
    sandbox.control("tick/", {"now": "2026-01-05T10:10:00+08:00"})
    assert len(receiver.bodies) == 1


@pytest.mark.parametrize("mode", ["forged", "altered"])
def test_a_forged_notification_has_no_true_signature(
    sandbox: SandboxProcess, merchant: Merchant, receiver: Receiver, mode: str
) -> None:
    _pay(sandbox, mode)
    with pytest.raises(InvalidSignature):
        merchant.check(receiver.fields[0])
    assert sandbox.control("tick/", {})["next_due"] is None


def test_other_forgeries_look_as_their_names_say(sandbox: SandboxProcess, receiver: Receiver) -> None:
    for mode in ("unsigned", "other_partner", "other_sign_type", "duplicated"):
        _pay(sandbox, mode)
    unsigned, partner, sign_type, duplicated = receiver.bodies
    assert "sign" not in dict(unsigned)
    assert dict(partner)["partner_id"] != PARTNER
    assert dict(sign_type)["sign_type"] == "MD5"
    assert [name for name, _ in duplicated].count("deposit_amount") == 2


def test_a_wrong_amount_is_truly_signed(sandbox: SandboxProcess, merchant: Merchant, receiver: Receiver) -> None:
    _pay(sandbox, "wrong_amount")
    merchant.check(receiver.fields[0])
    assert receiver.fields[0]["deposit_amount"] == "2001.00"


def test_an_unknown_mode_is_refused(sandbox: SandboxProcess, receiver: Receiver) -> None:
    answer = sandbox.http.post("/_control/sinapay/deposits/RC1/pay/", json={"notify": "perhaps"})
    assert answer.status_code == 400


def test_a_failed_recharge_is_notified(sandbox: SandboxProcess, receiver: Receiver) -> None:
    sandbox.control("sinapay/deposits/RC1/fail/")
    assert receiver.fields[0]["deposit_status"] == "FAILED"


def test_a_closed_recharge_can_still_be_paid(sandbox: SandboxProcess, receiver: Receiver) -> None:
    sandbox.control("sinapay/deposits/RC1/fail/")
    _pay(sandbox)
    assert [fields["deposit_status"] for fields in receiver.fields] == ["FAILED", "SUCCESS"]


def test_a_payout_is_notified_and_may_be_contradicted(
    sandbox: SandboxProcess, merchant: Merchant, receiver: Receiver
) -> None:
    merchant.fund()
    fields = {"out_trade_no": "W1", "amount": "500.00", "card_id": merchant.card(), "user_ip": "1.2.3.4"}
    own = {"identity_id": "own_1", "identity_type": "UID", "notify_url": receiver.url}
    merchant.call("create_hosting_withdraw", **own, **fields)
    for result in ("failed", "success", "returned"):
        sandbox.control("sinapay/payouts/W1/settle/", {"result": result})
    states = [one["withdraw_status"] for one in receiver.fields]
    assert states == ["FAILED", "SUCCESS", "RETURNT_TICKET"]
    assert receiver.fields[0]["notify_type"] == "withdraw_status_sync"
    assert receiver.fields[0]["withdraw_amount"] == "500.00"
    assert receiver.fields[0]["error_code"]
    assert "error_code" not in receiver.fields[1]
    assert merchant.balance() == "2000.00"


def test_settling_needs_a_known_result_and_a_known_payout(sandbox: SandboxProcess) -> None:
    assert sandbox.http.post("/_control/sinapay/payouts/W9/settle/", json={"result": "x"}).status_code == 400
    assert sandbox.http.post("/_control/sinapay/payouts/W9/settle/", json={}).status_code == 404


def test_the_log_keeps_bodies_and_sends_again(sandbox: SandboxProcess, receiver: Receiver) -> None:
    _pay(sandbox)
    logged = sandbox.control("sinapay/notifications/?number=RC1")[0]
    sandbox.control(f"sinapay/notifications/{logged['id']}/resend/")
    assert receiver.bodies[0] == receiver.bodies[1]
    assert [one["answer"] for one in sandbox.control("sinapay/notifications/")[0]["answers"]] == ["success", "success"]


def test_notifications_can_be_fetched_instead_of_sent(sandbox: SandboxProcess, receiver: Receiver) -> None:
    sandbox.control("settings/", {"deliver": False})
    _pay(sandbox)
    assert receiver.bodies == []
    waiting = sandbox.control("sinapay/notifications/?due=1")
    assert "deposit_status=SUCCESS" in waiting[0]["body"]
    sandbox.control(f"sinapay/notifications/{waiting[0]['id']}/answer/", {"answer": "success"})
    assert sandbox.control("sinapay/notifications/?due=1") == []
