"""The review desk by clicks."""

from tests.journeys.browser import Window


def enter(window: Window, username: str = "shenhe") -> Window:
    window.log_in(username, to="/admin/")
    return window


def decide(window: Window, task_id: int, verdict: str, *, reason: str = "") -> None:
    """通过 or 驳回 the submission of a task that waits, by the keys of the desk."""
    window.go("/admin/tasks/submission/")
    window.follow(f"#{task_id}")
    window.sees("机审发现")
    window.page.keyboard.press({"驳回": "r", "通过": "a"}[verdict])
    if reason:
        window.page.locator(".wt-reason").fill(reason)
    confirm(window, verdict)


def confirm(window: Window, verdict: str) -> None:
    """The last click, and that it is done."""
    what = window.word(verdict)
    window.press(window.word("确认%(what)s", what=what))
    window.sees(window.word("已%(what)s", what=what))
