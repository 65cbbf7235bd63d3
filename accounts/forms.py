"""What people type about their accounts and about themselves."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Category, User
from accounts.topics import Topic
from weitask.forms import YuanField


class PriceForm(forms.Form):
    """Net income per post; empty takes no orders of that form (R11, R127)."""

    price_original = YuanField(
        label=_("原发微博收入"), required=False, help_text=_("发布一条原发微博的实际到手价格；留空表示不接原发。")
    )
    price_repost = YuanField(
        label=_("转发微博收入"), required=False, help_text=_("转发一条微博的实际到手价格；留空表示不接转发。")
    )


class CategoryForm(forms.Form):
    """归属分类 of an account or of an application (R10)."""

    category = forms.ModelChoiceField(Category.objects.all(), label=_("归属分类"), empty_label=_("请选择"))


class ChannelsForm(forms.Form):
    """Which topics also reach a person at Weibo and by e-mail (R65, R69)."""

    weibo = forms.MultipleChoiceField(label=_("微博通知"), choices=Topic, required=False)
    mail = forms.MultipleChoiceField(label=_("邮件"), choices=Topic, required=False)

    @staticmethod
    def of(user: User) -> dict[str, list[str]]:
        """What a user chose before."""
        return {"weibo": [topic for topic in Topic if topic not in user.quiet_topics], "mail": user.mail_topics}

    @property
    def quiet(self) -> list[str]:
        """The topics kept from Weibo, of a valid form."""
        return [topic for topic in Topic if topic not in self.cleaned_data["weibo"]]

    def rows(self) -> list[dict[str, Any]]:
        """A row per topic, as it is ticked."""
        weibo, mail = self["weibo"].value() or [], self["mail"].value() or []
        return [
            {"topic": topic.value, "label": topic.label, "weibo": topic in weibo, "mail": topic in mail}
            for topic in Topic
        ]
