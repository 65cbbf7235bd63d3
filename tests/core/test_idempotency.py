"""The first answer to a POST is given again; errors are problem documents (spec 7)."""

from datetime import timedelta

import pytest
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory, force_authenticate

from tests.factories import UserFactory
from tests.moments import MONDAY
from weitask import clock
from weitask.idempotency import Idempotent, forget_old
from weitask.models import IdempotencyKey
from weitask.refusal import Conflict, Problem, Refusal
from weitask.sweeps import REGISTRY

pytestmark = pytest.mark.django_db
CALLS: list[dict] = []


class Things(Idempotent):
    def post(self, request):
        CALLS.append(request.data)
        what = request.data.get("raise")
        if what == "refusal":
            raise Refusal.many([Problem("bad", "不行", "text", 1), Problem("worse", "更不行", "text")])
        if what == "invalid":
            raise serializers.ValidationError({"text": ["必填"]})
        if what == "bug":
            raise RuntimeError("nobody knows what was done")
        if what == "conflict":
            raise Conflict("late", "晚了")
        return Response({"n": len(CALLS)}, status=201)


class Outward(Things):
    calls_out = True


@pytest.fixture
def send():
    CALLS.clear()
    user = UserFactory()

    def post(body: dict, key: str = "", view=Things):
        request = APIRequestFactory().post(
            "/things/", body, format="json", headers={"Idempotency-Key": key} if key else {}
        )
        force_authenticate(request, user)
        return view.as_view()(request)

    return post


@pytest.mark.parametrize("view", [Things, Outward])
def test_the_same_key_and_body_get_the_first_answer(send, view):
    first, again = send({"a": 1}, "k", view), send({"a": 1}, "k", view)
    assert (first.status_code, first.data) == (again.status_code, again.data) == (201, {"n": 1})
    assert again["Idempotency-Replayed"] == "true"
    assert len(CALLS) == 1


def test_without_a_key_every_post_works(send):
    assert send({"a": 1}).data != send({"a": 1}).data


def test_the_same_key_with_another_body_is_a_conflict(send):
    send({"a": 1}, "k")
    answer = send({"a": 2}, "k")
    assert answer.status_code == 409
    assert answer.data["type"] == "idempotency-key-reused"


def test_a_key_in_progress_is_a_conflict(send):
    send({"a": 1}, "k")
    IdempotencyKey.objects.update(status=None, answer=None, created_at=clock.real())
    assert send({"a": 1}, "k").data["type"] == "in-progress"


def test_a_key_that_is_too_long_is_refused(send):
    assert send({}, "k" * 121).status_code == 400


@pytest.mark.parametrize("view", [Things, Outward])
@pytest.mark.parametrize("what", ["refusal", "invalid"])
def test_a_refused_post_may_be_tried_again(send, view, what):
    assert send({"raise": what}, "k", view).status_code == 400
    assert not IdempotencyKey.objects.exists()


def test_a_post_that_broke_while_calling_out_keeps_its_key_for_a_while(send):
    with pytest.raises(RuntimeError):
        send({"raise": "bug"}, "k", Outward)
    assert send({"raise": "bug"}, "k", Outward).data["type"] == "in-progress"


def test_a_refusal_names_every_rule_and_its_row(send):
    data = send({"raise": "refusal"}).data
    assert data["type"] == "bad"
    assert data["fields"] == {"selections[1].text": ["不行"], "text": ["更不行"]}


@pytest.mark.parametrize(("what", "status", "slug"), [("invalid", 400, "invalid"), ("conflict", 409, "late")])
def test_every_error_is_a_problem_document(send, what, status, slug):
    answer = send({"raise": what})
    assert (answer.status_code, answer.data["type"], answer.data["status"]) == (status, slug, status)


def test_an_unknown_method_is_a_problem_document():
    answer = Things.as_view()(APIRequestFactory().put("/things/"))
    assert answer.status_code in (401, 403)
    assert answer.data["status"] == answer.status_code


def test_old_answers_are_forgotten_but_not_those_of_money(send):
    send({"a": 1}, "k")
    later = clock.real().replace(year=2999)
    IdempotencyKey.objects.update(keep=True)
    assert forget_old(now_real=later) == 0
    IdempotencyKey.objects.update(keep=False)
    assert forget_old(now_real=later) == 1


def test_a_sweep_forgets_them(send):
    send({"a": 1}, "k")
    sweep = REGISTRY["weitask.idempotency"]
    assert (sweep.run(MONDAY), sweep.next_due(MONDAY)) == (0, None)  # business time is not what it goes by
    IdempotencyKey.objects.update(created_at=clock.real() - timedelta(hours=49))
    assert sweep.run(MONDAY) == 1
