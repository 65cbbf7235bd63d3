"""What Weibo verified an account as (weibo.md 3); a kind that it adds later is kept, and shown as its number."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Verified(models.IntegerChoices):
    """Weibo's `verified_type`."""

    NONE = -1, _("未认证")
    PERSONAL = 0, _("个人认证")
    GOVERNMENT = 1, _("政府")
    ENTERPRISE = 2, _("企业")
    MEDIA = 3, _("媒体")
    CAMPUS = 4, _("校园")
    WEBSITE = 5, _("网站")
    APPLICATION = 6, _("应用")
    GROUP = 7, _("团体机构")
    UNDER_REVIEW = 8, _("企业（审核中）")
    WEIBO_GIRL = 10, _("微博女郎")
    TALENT = 200, _("初级达人")
    GREAT_TALENT = 220, _("中高级达人")
    DECEASED = 400, _("已故")
