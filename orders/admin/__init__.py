"""The desk of orders: every order with its evidence, the queue of undecided ones, and what a person may decide."""

from orders.admin import waiting
from orders.admin.appeals import RatingAppealAdmin
from orders.admin.orders import OrderAdmin
from orders.admin.verdicts import VerdictAdmin

__all__ = ["OrderAdmin", "RatingAppealAdmin", "VerdictAdmin", "waiting"]
