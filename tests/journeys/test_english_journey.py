"""The main journey in English: the same clicks, and no Chinese left on any page but what people wrote."""

import pytest

from tests.journeys import cast, desk, wallets
from tests.journeys import test_main_journey as main
from tests.journeys.wallets import Figures

pytestmark = [pytest.mark.journey, pytest.mark.timeout(240)]

WRITTEN = (main.TEXT, main.WHY, cast.COMPANY, "王敏", "招牌", "中文", "北京", *(one.screen_name for one in cast.OWNERS))
ADVERTISER = ("/", "/tasks/", "/market/", "/wallet/", "/wallet/recharge/", "/notices/", "/help/", "/support/")
LABELS = {"城南食记": "已发布", "江边慢游": "拒单", "老街影话": "流单"}
OWNER = ("/", "/orders/", "/orders/calendar/", "/media/", "/earnings/", "/bank-card/", "/weibo/", "/notices/?unread=1")


def test_an_english_reader_goes_from_the_first_recharge_to_the_post(browser_windows, monday, sandbox):
    advertiser = reader(browser_windows, "qiye")
    main.enter_as_enterprise(advertiser)
    main.recharge(advertiser, "2000.00")
    task = main.write_task(advertiser, start=f"{monday:%Y-%m-%dT}11:00")
    main.submit(advertiser, task)

    owner = main.reader(browser_windows, cast.TAKES.username)
    owner.go("/notices/")
    owner.press("全部标为已读")  # they were written before the switch
    owner.go("/")
    owner.in_english()
    reviewer = desk.enter(browser_windows.open())
    reviewer.go("/identity/")
    reviewer.in_english()
    main.approve(reviewer, task)
    owner.go("/")
    main.accept(owner)
    other = reader(browser_windows, cast.REFUSES.username)
    main.refuse(other)

    advertiser.go(task)
    advertiser.step("+1 小时")
    advertiser.step("+1 小时")
    said = {name: advertiser.word(label) for name, label in LABELS.items()}
    assert main.labels(advertiser, task) == said
    left = main.PAID - main.TAKEN
    assert wallets.read(advertiser) == Figures(main.PAID, left, main.TAKEN, 0, left, main.PAID)

    for path in (*ADVERTISER, task, f"{task}report/"):
        advertiser.go(path)
    for path in OWNER:
        owner.go(path)
    for window in (advertiser, reviewer, owner, other):
        window.look()
        assert {found for found in window.foreign if not any(found in words for words in WRITTEN)} == set()


def reader(windows, username):
    return main.reader(windows, username).in_english()
