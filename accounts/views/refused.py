"""A refusal of a button, told as messages."""

from django.contrib import messages
from django.http import HttpRequest

from weitask.refusal import Refusal


def tell(request: HttpRequest, refusal: Refusal) -> None:
    """Say every problem on the next page."""
    for problem in refusal.problems:
        messages.error(request, problem.message)
