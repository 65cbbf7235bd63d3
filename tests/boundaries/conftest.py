"""Fixtures of the boundary tests: a business clock that stands still, and a Sina Pay that lives at it."""

from tests.billing.conftest import sina as sina
from tests.orders.conftest import pinned as pinned
