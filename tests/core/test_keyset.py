"""Pages by the last id seen: every row once, in both directions."""

import pytest

from accounts.models import MediaAccount, User
from tests.factories import MediaAccountFactory, UserFactory
from weitask import keyset

pytestmark = pytest.mark.django_db


def test_walking_forward_and_back_shows_every_row_once():
    made = [UserFactory().pk for _ in range(7)]
    rows = User.objects.filter(pk__in=made)
    first = keyset.page(rows, size=3)
    second = keyset.page(rows, after=str(first.next), size=3)
    third = keyset.page(rows, after=str(second.next), size=3)
    assert [row.pk for page in (first, second, third) for row in page.rows] == made[::-1]
    assert third.next is None
    assert first.previous is None
    back = keyset.page(rows, before=str(third.previous), size=3)
    assert [row.pk for row in back.rows] == [row.pk for row in second.rows]


@pytest.mark.parametrize("nonsense", ["abc", "-1", "１", ""])
def test_nonsense_means_the_first_page(nonsense):
    user = UserFactory()
    assert keyset.page(User.objects.all(), after=nonsense).rows == [user]


def test_an_ordered_walk_keeps_ties_apart():
    made = [MediaAccountFactory(weibo__followers=count) for count in (5, 9, 5, 7)]
    rows = MediaAccount.objects.order_by("-followers", "-id")
    first = keyset.ordered(rows, key="followers", descending=True, size=2)
    second = keyset.ordered(rows, key="followers", descending=True, after=first.next or "", size=2)
    seen = [row.pk for row in first.rows + second.rows]
    assert seen == [made[1].pk, made[3].pk, made[2].pk, made[0].pk]
    assert second.next is None


def test_an_empty_list_has_no_pages_around_it():
    assert keyset.page(User.objects.none()) == keyset.Page([], None, None)


KEPT = keyset.Kept(lambda owner: MediaAccount.objects.filter(owner=owner))


def test_a_kept_list_turns_its_pages_as_the_queryset_does():
    owner = UserFactory()
    for followers in (5, 9, 5, 7, 5):
        MediaAccountFactory(owner=owner, weibo__followers=followers)
    MediaAccountFactory()
    rows, kept = MediaAccount.objects.filter(owner=owner), KEPT.of(owner=owner.pk)
    first, second = keyset.page(rows, size=2), keyset.page(rows, after=str(keyset.page(rows, size=2).next), size=2)
    assert keyset.page(kept, size=2) == first
    assert keyset.page(kept, after=str(first.next), size=2) == second
    assert keyset.page(kept, before=str(second.previous), size=2) == first
    ordered = keyset.ordered(rows, key="followers", descending=True, size=2)
    behind = keyset.ordered(rows, key="followers", descending=True, after=ordered.next, size=2)
    assert keyset.ordered(kept, key="followers", descending=True, after=ordered.next, size=2) == behind
    assert keyset.page(KEPT.of(owner=0)).rows == []
