"""The banks that Sina Pay pays to; their codes are Sina's (sinapay.md 6.1)."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Bank(models.TextChoices):
    """A bank by Sina's code; a card of one that is no longer here is shown with its code."""

    ICBC = "ICBC", _("中国工商银行")
    ABC = "ABC", _("中国农业银行")
    BOC = "BOC", _("中国银行")
    CCB = "CCB", _("中国建设银行")
    COMM = "COMM", _("交通银行")
    CMB = "CMB", _("招商银行")
    PSBC = "PSBC", _("中国邮政储蓄银行")
    CITIC = "CITIC", _("中信银行")
    CEB = "CEB", _("中国光大银行")
    CMBC = "CMBC", _("中国民生银行")
    CIB = "CIB", _("兴业银行")
    SPDB = "SPDB", _("浦发银行")
    GDB = "GDB", _("广发银行")
    HXB = "HXB", _("华夏银行")
    SZPAB = "SZPAB", _("平安银行")
    BCCB = "BCCB", _("北京银行")
    BOS = "BOS", _("上海银行")
    NBCB = "NBCB", _("宁波银行")
    NJCB = "NJCB", _("南京银行")
    CBHB = "CBHB", _("渤海银行")
    CZB = "CZB", _("浙商银行")
    HSBANK = "HSBANK", _("徽商银行")
    HCCB = "HCCB", _("杭州银行")
