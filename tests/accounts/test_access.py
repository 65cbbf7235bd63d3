"""Three groups with least privilege (R16)."""

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission

from accounts import access
from tests.accounts.people import in_group
from tests.factories import UserFactory
from weitask.refusal import Forbidden

pytestmark = pytest.mark.django_db

GUARDS = {
    access.TASK_REVIEW: access.require_reviewer,
    access.ACCOUNT_REVIEW: access.require_account_reviewer,
    access.FINANCE: access.require_finance,
}


def _codes(group):
    return set(group.permissions.values_list("content_type__app_label", "codename"))


def test_the_groups_exist_after_a_migration_with_their_permissions():
    for name, wanted in access.GROUPS.items():
        held = _codes(Group.objects.get(name=name))
        assert held == {(app, code) for app, codes in wanted.items() for code in codes}


def test_granting_again_changes_nothing_and_takes_back_what_was_added():
    group = Group.objects.get(name=access.TASK_REVIEW)
    before = _codes(group)
    group.permissions.add(Permission.objects.get(codename="change_task", content_type__app_label="tasks"))
    for config in apps.get_app_configs():
        access.grant(sender=config)
    assert _codes(group) == before


@pytest.mark.parametrize("group", sorted(GUARDS))
def test_each_group_passes_its_own_guard_only(group):
    user = in_group(group)
    passed = []
    for name, guard in GUARDS.items():
        try:
            guard(user)
        except Forbidden:
            continue
        passed.append(name)
    assert passed == [group]


def test_task_reviewers_judge_orders_and_have_the_review_queue():
    reviewer = in_group(access.TASK_REVIEW)
    access.require_order_judge(reviewer)
    assert access.is_reviewer(reviewer)
    assert not access.is_reviewer(UserFactory())


def test_a_superuser_passes_every_guard():
    boss = UserFactory(staff=True, is_superuser=True)
    for guard in GUARDS.values():
        guard(boss)
    assert access.is_reviewer(boss)


@pytest.mark.parametrize("changes", [{"is_staff": False}, {"is_active": False}])
def test_rights_end_with_the_staff_mark_or_the_login(changes):
    user = in_group(access.FINANCE)
    for name, value in changes.items():
        setattr(user, name, value)
    with pytest.raises(Forbidden, match="没有执行此操作的权限"):
        access.require_finance(user)


def test_no_group_may_edit_or_delete_evidence():
    for name in access.GROUPS:
        codes = {code for _, code in _codes(Group.objects.get(name=name))}
        assert not [code for code in codes - {"delete_rule"} if code.startswith("delete_")]  # a rule of the draft
        assert not codes & {"change_transfer", "change_entry", "change_decision", "change_accountdecision"}
