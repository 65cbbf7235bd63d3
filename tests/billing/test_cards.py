"""The bank card of an owner (R13, R128)."""

import pytest

from billing import cards
from billing.models import BankCard
from tests.billing.sina import at, bind, details
from tests.factories import UserFactory
from tests.moments import HOUR, MINUTE, SECOND
from weitask.models import SecurityEvent
from weitask.refusal import Conflict, Refusal

pytestmark = pytest.mark.django_db
ADVANCE = "binding_bank_card_advance"


def submit(owner, now, number: str = "6222020200001238", **changes) -> BankCard:
    return cards.submit(owner=owner, details=details(number, **changes), client_ip="203.0.113.7", now=now)


def confirm(card, now, code: str = "123456") -> BankCard:
    return cards.confirm(card=card, code=code, client_ip="203.0.113.7", now=now)


def test_a_card_waits_for_the_code_and_is_then_bound(sina, now):
    owner = UserFactory()
    card = submit(owner, now)
    assert (card.state, cards.bound_card(owner.pk)) == ("pending", None)
    confirm(card, now + MINUTE)
    bound = cards.bound_card(owner.pk)
    assert (bound.pk, bound.bound_at, bound.card_id) == (card.pk, now + MINUTE, "100000")


def test_the_number_and_the_holder_are_sealed_and_the_rest_is_not_stored(sina, now):
    submit(UserFactory(), now)
    stored = " ".join(map(str, BankCard.objects.values_list().get()))
    for secret in ("6222020200001238", "王小明", "110101199003071234", "13800138000"):
        assert secret not in stored
    assert BankCard.objects.get().last4 == "1238"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("number", "62220202"),
        ("number", "6222^0202000012"),
        ("name", ""),
        ("cert_no", "12345"),
        ("phone", "110"),
        ("bank_code", "NOPE"),
        ("province", "a|b"),
        ("city", ""),
    ],
)
def test_details_that_cannot_be_right_are_refused_at_their_field(now, field, value):
    with pytest.raises(Refusal) as refusal:
        cards.submit(owner=UserFactory(), details=details(**{field: value}), client_ip="203.0.113.7", now=now)
    assert [problem.field for problem in refusal.value.problems] == [field]
    assert not BankCard.objects.exists()


def test_all_that_is_wrong_is_said_at_once(now):
    with pytest.raises(Refusal) as refusal:
        submit(UserFactory(), now, "1", phone="1", bank_code="")
    assert len(refusal.value.problems) == 3


def test_a_card_sina_refuses_is_marked_and_the_owner_told(sina, now):
    owner = UserFactory()
    submit(owner, now)
    with pytest.raises(Refusal) as refusal:
        submit(owner, now, name="李四")
    assert refusal.value.code == "card_refused"
    assert BankCard.objects.latest("pk").state == "invalid"


@pytest.mark.parametrize("kind", ["http_500", "bad_json"])
def test_without_an_answer_nothing_is_bound_and_the_owner_may_try_again(sina, now, kind):
    sina.fault("binding_bank_card", kind)
    owner = UserFactory()
    with pytest.raises(cards.Unavailable):
        submit(owner, now)
    assert BankCard.objects.get().state == "invalid"
    assert bind(owner, now=now).state == "bound"


def test_a_wrong_code_is_refused_and_a_right_one_after_it_counts(sina, now):
    card = submit(UserFactory(), now)
    with pytest.raises(Refusal) as refusal:
        confirm(card, now, "000000")
    assert refusal.value.problems[0].field == "code"
    assert confirm(card, now).state == "bound"


def test_a_code_is_good_for_15_minutes(sina, now):
    card = submit(UserFactory(), now)
    with pytest.raises(Conflict):
        confirm(card, at(now + 15 * MINUTE + SECOND))
    assert confirm(card, at(now + 15 * MINUTE)).state == "bound"


def test_a_second_card_replaces_the_first(sina, now):
    owner = UserFactory()
    first, second = bind(owner, now=now), bind(owner, now=now, number="6222020200004567")
    first.refresh_from_db()
    assert (first.state, cards.bound_card(owner.pk)) == ("replaced", second)


def test_a_card_submitted_anew_makes_the_waiting_one_void(sina, now):
    owner = UserFactory()
    first = submit(owner, now)
    submit(owner, now, "6222020200004567")
    with pytest.raises(Conflict):
        confirm(BankCard.objects.get(pk=first.pk), now)


def test_a_card_replaced_while_its_code_was_typed_is_not_bound(sina, now):
    owner = UserFactory()
    stale = submit(owner, now)
    submit(owner, now, "6222020200004567")
    with pytest.raises(Conflict):
        confirm(stale, now)
    assert cards.bound_card(owner.pk) is None


def test_a_lost_yes_is_found_in_sinas_list_of_cards(sina, now):
    card = submit(UserFactory(), now)
    sina.fault(ADVANCE, "timeout_after")
    assert confirm(card, now).state == "bound"


def test_a_lost_no_binds_nothing(sina, now):
    card = submit(UserFactory(), now)
    sina.fault(ADVANCE, "timeout_before")
    with pytest.raises(cards.Unavailable):
        confirm(card, now)
    assert BankCard.objects.get().state == "pending"


def test_when_the_list_cannot_be_read_either_the_owner_tries_again(sina, now):
    card = submit(UserFactory(), now)
    sina.fault(ADVANCE, "timeout_after")
    sina.fault("query_bank_card", "http_500")
    with pytest.raises(cards.Unavailable):
        confirm(card, now)


def test_a_call_that_never_left_the_house_may_be_made_again(sina, now, settings):
    card = submit(UserFactory(), now)
    settings.SINAPAY_MGS_URL = "http://127.0.0.1:9/mgs/gateway.do"
    with pytest.raises(cards.Unavailable):
        confirm(card, now)


def test_a_full_number_is_shown_with_a_reason_and_leaves_a_trace(sina, now):
    card, desk = bind(UserFactory(), now=now), UserFactory(staff=True)
    assert cards.reveal(card=card, by=desk, reason="银行来电核对", now=now) == "6222020200001238"
    event = SecurityEvent.objects.get(kind="card_revealed")
    assert (event.user, event.detail["card"]) == (desk, card.pk)
    with pytest.raises(Refusal):
        cards.reveal(card=card, by=desk, reason=" ", now=now)


def test_full_numbers_are_shown_200_times_an_hour_at_most(sina, now):
    card, desk = bind(UserFactory(), now=now), UserFactory(staff=True)
    SecurityEvent.objects.bulk_create(SecurityEvent(kind="card_revealed", at=now, user=desk) for _ in range(200))
    with pytest.raises(Refusal):
        cards.reveal(card=card, by=desk, reason="核对", now=now + HOUR - SECOND)
    assert cards.reveal(card=card, by=desk, reason="核对", now=now + HOUR)
