"""What an owner types about an account."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Category
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
