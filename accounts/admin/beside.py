"""Tables of rows that belong to the row of a page: looked at, never typed into."""

from django.forms import Media
from unfold.admin import TabularInline
from unfold.forms import PaginationInlineFormSet

from accounts.admin.linking import LookedAt


class _Rows(PaginationInlineFormSet):
    """The rows themselves: no form is made for any of them."""

    media = Media()

    def total_form_count(self) -> int:
        return 0

    def initial_form_count(self) -> int:
        return 0


class Beside(LookedAt, TabularInline):
    """One such table; `fields` and `readonly_fields` are the same. Its rows are written by verbs alone."""

    formset = _Rows
    extra = 0
    can_delete = False
