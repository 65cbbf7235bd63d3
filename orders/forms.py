"""What an owner types about an order."""

from django import forms
from django.utils.translation import gettext_lazy as _

from orders.refusals import GROUNDS, LEAST, MOST


class RefusalForm(forms.Form):
    """拒单 with a coded and a detailed reason (R62)."""

    reason_code = forms.ChoiceField(
        label=_("拒单原因"), choices=lambda: [("", _("请选择")), *((ground.code, ground.name) for ground in GROUNDS)]
    )
    reason = forms.CharField(
        label=_("详细说明"),
        min_length=LEAST,
        max_length=MOST,
        help_text=_("至少 10 个字；广告主会看到。无故拒单过多会影响评级。"),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
