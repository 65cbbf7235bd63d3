"""tasks/, images/, wallet/, recharges/ and the reviewers' paths."""

import io

import pytest
from PIL import Image as Picture

from accounts.models import MediaAccount
from tasks.models import Task
from tests.accounts.people import make_reviewer
from tests.api.callers import START, V1, Caller, problem, task_body
from tests.factories import MediaAccountFactory
from tests.moments import HOUR, MONDAY
from tests.orders import world
from tests.tasks.making import approved, draft, submitted


@pytest.fixture(autouse=True)
def media_root(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


def picture(name: str = "火锅.png") -> io.BytesIO:
    file = io.BytesIO()
    Picture.new("RGB", (12, 8), "red").save(file, "PNG")
    file.seek(0)
    file.name = name
    return file


def test_a_draft_costs_and_reaches(buyer):
    task = buyer.done("post", "tasks/", task_body(MediaAccountFactory(), MediaAccountFactory()))
    assert (task["state"], task["coverage"], task["cost"]["total"]) == ("draft", 200_000, "200.00")
    assert buyer.done("get", f"tasks/{task['id']}/") == task
    assert [row["id"] for row in buyer.done("get", "tasks/", state="draft")["results"]] == [task["id"]]


def test_a_draft_needs_only_its_form(buyer):
    task = buyer.done("post", "tasks/", {"form": "original"})
    assert (task["text"], task["start_at"], task["selections"]) == ("", None, [])


def test_times_come_back_in_shanghai(buyer):
    task = buyer.done("post", "tasks/", {"form": "original", "start_at": "2026-01-05T04:00:00Z"})
    assert task["start_at"] == "2026-01-05T12:00:00+08:00"


def test_what_is_not_sent_stays_as_it_was(buyer):
    task = buyer.done("post", "tasks/", task_body(MediaAccountFactory()))
    changed = buyer.done("patch", f"tasks/{task['id']}/", {"text": "改了"})
    assert changed == {**task, "text": "改了", "updated_at": changed["updated_at"]}
    assert buyer.done("patch", f"tasks/{task['id']}/", {"selections": []})["selections"] == []


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"state": "approved"}, "state"),
        ({"advertiser": 1}, "advertiser"),
        ({"form": "video"}, "form"),
        ({"text": 5 * ["x"]}, "text"),
        ({"images": ["a"]}, "images[0]"),
        ({"images": [10**20]}, "images[0]"),
        ({"selections": [{"account": 1, "price": "1.00"}]}, "selections[0].price"),
        ({"selections": [{}]}, "selections[0].account"),
        ({"selections": {"account": 1}}, "selections.non_field_errors"),
        ({"start_at": "2026-01-05T12:00:00"}, "start_at"),
        ({"start_at": 5}, "start_at"),
        ({"start_at": "0001-01-01T00:00:00+14:00"}, "start_at"),
        ({"start_at": "2026-13-45T12:00:00Z"}, "start_at"),
        ({"text": "a\x00b"}, "text"),
        ([], "non_field_errors"),
    ],
)
def test_a_body_that_is_wrong_is_refused_at_its_field(buyer, body, field):
    body = {"form": "original", **body} if isinstance(body, dict) else body
    assert field in problem(buyer.post("tasks/", body), 400, "invalid")["fields"]
    assert not Task.objects.exists()


def test_a_person_may_not_post_originals(person):
    document = problem(person.post("tasks/", {"form": "original"}), 400, "form_not_allowed")
    assert "form" in document["fields"]


def test_an_account_out_of_view_is_refused_at_its_row(person):
    hidden = MediaAccountFactory()
    body = task_body(MediaAccountFactory(specific_one=True), hidden, form="repost")
    document = problem(person.post("tasks/", body), 400, "account_unavailable")
    assert list(document["fields"]) == ["selections[1].account"]


def test_a_submission_names_every_rule_and_the_selection(buyer, sandbox):
    late = {"start_at": (MONDAY + 8 * 24 * HOUR).isoformat()}
    body = task_body(MediaAccountFactory(), text="", start_at=MONDAY.isoformat())
    body["selections"][0] |= late
    task = buyer.done("post", "tasks/", body)
    document = problem(buyer.post(f"tasks/{task['id']}/submit/"), 400)
    assert {"start_at", "selections[0].start_at", "selections[0].text"} <= set(document["fields"])
    assert {one["code"] for one in document["problems"]} >= {"start_too_early", "start_too_late", "text_missing"}


def test_missing_money_comes_with_the_way_to_recharge(buyer, sandbox):
    task = buyer.done("post", "tasks/", task_body(MediaAccountFactory(price_original=99_000_000)))
    document = problem(buyer.post(f"tasks/{task['id']}/submit/"), 400, "not_enough_money")
    assert document["problems"][0]["link"] == "/wallet/recharge/"


def test_a_changed_price_is_agreed_to_once_more(buyer, sandbox):
    task = buyer.done("post", "tasks/", task_body(MediaAccountFactory()))
    MediaAccount.objects.update(price_original=12_000)
    problem(buyer.post(f"tasks/{task['id']}/submit/"), 400, "price_changed")
    done = buyer.done("post", f"tasks/{task['id']}/submit/", {"price_agreed": "120.00"})
    assert (done["state"], done["cost"]["total"]) == ("in_review", "120.00")


def test_a_published_task_is_neither_changed_nor_deleted_nor_submitted_again(buyer, sandbox):
    task = submitted(draft(buyer.user.advertiser)).task
    path = f"tasks/{task.pk}/"
    problem(buyer.patch(path, {"text": "改"}), 409, "task_published")
    problem(buyer.delete(path), 409, "not_a_draft")
    problem(buyer.post(f"{path}submit/"), 409, "task_published")


def test_a_draft_is_deleted(buyer):
    path = f"tasks/{draft(buyer.user.advertiser).pk}/"
    assert buyer.delete(path).status_code == 204
    problem(buyer.get(path), 404)


def test_a_source_that_cannot_be_fetched_is_unavailable_and_nothing_is_saved(buyer, sandbox):
    sandbox.control("faults/", {"target": "2/statuses/show_batch/biz", "kind": "http_500", "times": 20})
    body = task_body(form="repost", source_url="https://weibo.com/6000000001/Abc123XyZ")
    document = buyer.post("tasks/", body)
    assert document.status_code in (400, 503)
    assert not Task.objects.exists()


def test_orders_are_added_to_a_running_task(buyer, sandbox):
    task = approved(draft(buyer.user.advertiser)).task
    more = {"selections": [{"account": MediaAccountFactory().pk}]}
    added = buyer.done("post", f"tasks/{task.pk}/orders/", more, key="more")
    assert (added["addition"], added["state"], added["cost"]["net"]) == (True, "approved", "100.00")
    assert len(buyer.done("get", f"tasks/{task.pk}/orders/", state="派单")["results"]) == 2
    problem(buyer.post(f"tasks/{task.pk}/orders/", {"selections": []}), 400, "invalid")


def test_orders_of_a_task_show_the_split_and_the_report_adds_up(pinned):
    order = world.published()
    caller = Caller(order.advertiser.user)
    (row,) = caller.done("get", f"tasks/{order.task_id}/orders/")["results"]
    assert (row["price"], row["fee"], row["total"], row["label"]) == ("100.00", "10.00", "110.00", "已发布")
    report = caller.done("get", f"tasks/{order.task_id}/report/")
    assert (report["totals"]["frozen"], report["totals"]["posted"]) == ("110.00", 1)
    assert {"state": "published", "label": "已发布", "orders": 1} in report["by_label"]


def test_a_picture_is_uploaded_and_named_by_its_id(buyer):
    answer = buyer.client.post(f"{V1}images/", {"image": picture()}, format="multipart")
    assert (answer.status_code, answer.data["width"], answer.data["height"]) == (201, 12, 8)
    assert b"".join(buyer.client.get(answer.data["url"]).streaming_content).startswith(b"\x89PNG")
    assert Caller(token="nobodys").client.get(answer.data["url"]).status_code == 404
    task = buyer.done("post", "tasks/", task_body(images=[answer.data["id"]]))
    assert task["images"] == [answer.data["id"]]


def test_a_picture_is_taken_from_the_only_part_whatever_its_name(buyer):
    assert buyer.client.post(f"{V1}images/", {"file": picture()}, format="multipart").status_code == 201
    two = {"image": picture(), "file": picture()}
    problem(buyer.client.post(f"{V1}images/", two, format="multipart"), 400, "image_missing")


def test_null_is_what_was_left_out(buyer):
    account = MediaAccountFactory()
    body = task_body(account, text=None, source_url=None, images=None)
    body["selections"][0] |= {"text": None, "images": None, "start_at": None}
    task = buyer.done("post", "tasks/", body)
    assert (task["text"], task["source_url"], task["images"]) == ("", "", [])
    assert task["selections"] == [{"account": account.pk, "start_at": None, "text": "", "images": None}]


def test_a_picture_that_is_none_is_refused(buyer):
    problem(buyer.client.post(f"{V1}images/", {"image": io.BytesIO(b"x")}, format="multipart"), 400)
    problem(buyer.client.post(f"{V1}images/", {}, format="multipart"), 400, "image_missing")
    problem(buyer.client.post(f"{V1}images/", {"image": picture(), "id": 5}, format="multipart"), 400, "invalid")
    problem(buyer.post("images/", {"image": "x"}), 415)


def test_a_picture_of_somebody_else_cannot_be_named(buyer, person):
    other = person.client.post(f"{V1}images/", {"image": picture()}, format="multipart").data["id"]
    problem(buyer.post("tasks/", task_body(images=[other])), 400, "image_unknown")


@pytest.mark.parametrize("amount", ["0", "0.00", "-5", "1.005", 5, None, "100000000.01", "NaN"])
def test_an_amount_that_cannot_be_paid_is_refused(buyer, amount):
    assert "amount" in problem(buyer.post("recharges/", {"amount": amount}), 400)["fields"]


def test_a_recharge_that_sina_did_not_take_is_unavailable(buyer, sandbox):
    sandbox.control("faults/", {"target": "create_hosting_deposit", "kind": "refuse", "times": 5})
    answer = buyer.post("recharges/", {"amount": "5.00"})
    assert answer.status_code in (201, 503)
    if answer.status_code == 503:
        problem(answer, 503, "sinapay_unavailable")


def test_the_wallet_adds_up(buyer):
    found = buyer.done("get", "wallet/")
    assert (found["balance"], found["spendable"], found["recharged_total"]) == ("100000.00",) * 3


def test_a_task_is_rejected_with_a_reason_and_can_be_submitted_again(buyer, judge, sandbox):
    task = submitted(draft(buyer.user.advertiser)).task
    path = f"review/tasks/{task.pk}/reject/"
    problem(judge.post(path, {}), 400, "invalid")
    problem(judge.post(path, {"reason": "  "}), 400)
    assert judge.done("post", path, {"reason": "图片不清楚"})["verdict"] == "reject"
    assert buyer.done("get", f"tasks/{task.pk}/")["reason"] == "图片不清楚"
    problem(judge.post(path, {"reason": "再来"}), 409, "already_decided")


def test_a_running_task_is_halted(buyer, judge, sandbox):
    task = approved(draft(buyer.user.advertiser)).task
    halted = judge.done("post", f"review/tasks/{task.pk}/halt/", {"reason": "违规", "platform_fault": True})
    assert (halted["state"], halted["submission"]) == ("halted", None)
    assert buyer.done("get", f"tasks/{task.pk}/orders/")["results"][0]["label"] == "已取消"
    problem(judge.post(f"review/tasks/{task.pk}/halt/", {"reason": "违规"}), 409, "task_not_running")


def test_a_draft_is_not_there_for_a_reviewer(buyer, judge):
    task = draft(buyer.user.advertiser)
    for action, body in (("approve", {}), ("reject", {"reason": "x"}), ("halt", {"reason": "x"})):
        problem(judge.post(f"review/tasks/{task.pk}/{action}/", body), 404)


def test_a_reviewer_has_no_say_in_own_business(company, sandbox, judge):
    from django.contrib.auth.models import Group

    company.user.is_staff = True
    company.user.save()
    company.user.groups.add(Group.objects.get(name="任务审核"))
    task = submitted(draft(company)).task
    problem(Caller(company.user).post(f"review/tasks/{task.pk}/approve/"), 403, "own_task")


def test_an_account_is_approved_or_rejected(pinned):
    clerk = Caller(make_reviewer())
    first, second = (MediaAccountFactory(review="pending", taking="off") for _ in range(2))
    assert clerk.done("post", f"review/accounts/{first.pk}/approve/")["taking"] == "open"
    assert clerk.done("post", f"review/accounts/{second.pk}/reject/", {"reason": "资料不符"})["review"] == "rejected"
    problem(clerk.post(f"review/accounts/{first.pk}/approve/"), 409, "decided_already")
    MediaAccount.objects.filter(pk=first.pk).update(taking="applied", organisation=True)
    assert clerk.done("post", f"review/accounts/{first.pk}/approve/")["subject"] == "taking"


def test_a_notice_is_read_once(buyer, judge, sandbox):
    task = approved(draft(buyer.user.advertiser)).task
    assert task
    notice = buyer.done("get", "notices/", unread="true")["results"][0]
    read = buyer.done("post", f"notices/{notice['id']}/read/")
    assert read["read_at"]
    assert buyer.done("post", f"notices/{notice['id']}/read/")["read_at"] == read["read_at"]
    assert notice["id"] not in [row["id"] for row in buyer.done("get", "notices/", unread="true")["results"]]
    assert START
