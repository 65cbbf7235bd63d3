"""The categories the first rule book came with; operators add more in the admin."""

from typing import Final

from django.utils.translation import gettext_noop

COMMUNITY: Final = gettext_noop("社区公约")  # R42
PROHIBITED: Final = gettext_noop("禁止广告的商品")  # R43
UNAUTHORISED: Final = gettext_noop("销售授权")  # R44
FOLLOWERS: Final = gettext_noop("买卖粉丝")  # R45
SUPERLATIVE: Final = gettext_noop("绝对化用语")  # R42: the advertising law's forbidden superlatives
MONITORING: Final = gettext_noop("第三方监测代码")  # R46; also what the form of a link alone gives away
