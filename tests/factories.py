"""Rows for tests, with traits; state that a sweep or a verb should write is made by calling that verb instead."""

import factory

from accounts.models import Advertiser, Category, MediaAccount, User, WeiboAccount
from tests.moments import MONDAY


class UserFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = User

    username = factory.Sequence(lambda n: f"user{n}")

    class Params:
        staff = factory.Trait(is_staff=True)


class AdvertiserFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Advertiser

    user = factory.SubFactory(UserFactory, identity=factory.SelfAttribute("..kind"))
    kind = "enterprise"
    name = factory.Sequence(lambda n: f"城南食品{n}")
    created_at = MONDAY

    class Params:
        personal = factory.Trait(kind="personal")


class WeiboAccountFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = WeiboAccount

    uid = factory.Sequence(lambda n: str(5_000_000_000 + n))
    user = factory.SubFactory(UserFactory, identity="media")
    screen_name = factory.Sequence(lambda n: f"城南食记{n}")
    followers = 100_000
    token_expires_at = factory.LazyFunction(lambda: MONDAY.replace(year=2027))


class CategoryFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Category
        django_get_or_create = ("slug",)

    slug = "food"
    name = "美食"
    name_en = "Food"


class MediaAccountFactory(factory.django.DjangoModelFactory):
    """An account that takes orders at 100.00 (原发) and 50.00 (转发)."""

    class Meta:
        model = MediaAccount

    weibo = factory.SubFactory(WeiboAccountFactory)
    owner = factory.SelfAttribute("weibo.user")
    screen_name = factory.SelfAttribute("weibo.screen_name")
    followers = factory.SelfAttribute("weibo.followers")
    verified = factory.SelfAttribute("weibo.verified")
    category = factory.SubFactory(CategoryFactory)
    review = "approved"
    taking = "open"
    price_original = 10_000
    price_repost = 5_000

    class Params:
        specific_one = factory.Trait(specific=True, specific_opt_in=True)
