"""身份选择: who a login acts as, and how a personal advertiser becomes an enterprise (R1, A29)."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Advertiser, Identity, User
from weitask.refusal import Problem, Refusal

_LIMITS = {"name": 60, "contact": 30, "phone": 20}


@dataclass(frozen=True)
class Profile:
    """What an advertiser says about itself; an enterprise must give all three."""

    name: str = ""
    contact: str = ""
    phone: str = ""


def choose(*, user: User, identity: str, profile: Profile | None = None, now: datetime) -> User:
    """Take an identity: the first time it opens the profile behind it, later it switches the workspace.

    Raises:
        Refusal: `identity_unknown`, `enterprise_stays` (an enterprise cannot become personal), or the profile's fields.
    """
    if identity not in Identity.values:
        raise Refusal("identity_unknown", _("请选择一种身份"), field="identity")
    details = profile or Profile()
    with transaction.atomic():
        locked = User.objects.select_for_update().get(pk=user.pk)
        if identity == Identity.PERSONAL:
            _be_personal(locked, details, now)
        elif identity == Identity.ENTERPRISE:
            _be_enterprise(locked, details, now)
        locked.identity = identity
        locked.save(update_fields=["identity"])
    user.identity = identity
    return user


def become_personal(*, user: User, profile: Profile | None = None, now: datetime) -> Advertiser:
    """Open a 个人用户 profile, or give the one that is there."""
    choose(user=user, identity=Identity.PERSONAL, profile=profile, now=now)
    return Advertiser.objects.get(user=user)


def become_enterprise(*, user: User, profile: Profile, now: datetime) -> Advertiser:
    """Open an 企业用户 profile, or upgrade the personal one; the same row, so its money comes along (A29)."""
    choose(user=user, identity=Identity.ENTERPRISE, profile=profile, now=now)
    return Advertiser.objects.get(user=user)


def upgrade(*, advertiser: Advertiser, profile: Profile, by: User, now: datetime) -> Advertiser:
    """Turn one's personal profile into an enterprise (A29).

    Raises:
        Refusal: `not_yours`, or the profile's fields.
    """
    if advertiser.user_id != by.pk:
        raise Refusal("not_yours", _("只能升级自己的广告主身份"))
    return become_enterprise(user=by, profile=profile, now=now)


def change_profile(*, advertiser: Advertiser, profile: Profile, by: User) -> Advertiser:
    """Correct name and contact of one's own profile.

    Raises:
        Refusal: `not_yours`, or the profile's fields.
    """
    if advertiser.user_id != by.pk:
        raise Refusal("not_yours", _("只能修改自己的资料"))
    with transaction.atomic():
        mine = Advertiser.objects.select_for_update().get(pk=advertiser.pk)
        _write(mine, _checked(profile, complete=mine.is_enterprise))
    return mine


def _be_personal(user: User, profile: Profile, now: datetime) -> None:
    mine = Advertiser.objects.select_for_update().filter(user=user).first()
    if mine is None:
        named = Profile(profile.name.strip() or user.first_name or user.username, profile.contact, profile.phone)
        _open(user, Advertiser.Kind.PERSONAL, _checked(named, complete=False), now)
    elif mine.is_enterprise:
        raise Refusal("enterprise_stays", _("您已是企业用户，不能改为个人用户"), field="identity")


def _be_enterprise(user: User, profile: Profile, now: datetime) -> None:
    mine = Advertiser.objects.select_for_update().filter(user=user).first()
    if mine is not None and mine.is_enterprise:
        return
    details = _checked(profile, complete=True)
    if mine is None:
        _open(user, Advertiser.Kind.ENTERPRISE, details, now)
        return
    mine.kind = Advertiser.Kind.ENTERPRISE
    _write(mine, details)


def _open(user: User, kind: str, profile: Profile, now: datetime) -> None:
    Advertiser.objects.create(
        user=user, kind=kind, name=profile.name, contact=profile.contact, phone=profile.phone, created_at=now
    )


def _write(advertiser: Advertiser, profile: Profile) -> None:
    advertiser.name, advertiser.contact, advertiser.phone = profile.name, profile.contact, profile.phone
    advertiser.save(update_fields=["kind", "name", "contact", "phone"])


def _checked(profile: Profile, *, complete: bool) -> Profile:
    """The profile without outer spaces, or every field that is missing or too long at once."""
    given = {"name": profile.name.strip(), "contact": profile.contact.strip(), "phone": profile.phone.strip()}
    required = ("name", "contact", "phone") if complete else ("name",)
    missing = {"name": _("请填写名称"), "contact": _("请填写联系人"), "phone": _("请填写联系电话")}
    problems = [Problem(f"{field}_missing", missing[field], field) for field in required if not given[field]]
    problems += [
        Problem(f"{field}_too_long", _("最多 %(limit)s 个字") % {"limit": limit}, field)
        for field, limit in _LIMITS.items()
        if len(given[field]) > limit
    ]
    if problems:
        raise Refusal.many(problems)
    return Profile(**given)
