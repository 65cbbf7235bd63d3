"""The first rule set, as data: words by category, patterns, and phrases that are innocent (R42-R45).

Everything here is compared after folding (`folding.py`), so each entry is written once, in plain simplified characters.
A word only points: the reviewer decides. Changing anything here changes the rule version of later decisions (R49).
"""

from typing import Final

from django.utils.translation import gettext_noop

COMMUNITY: Final = gettext_noop("社区公约")  # R42
PROHIBITED: Final = gettext_noop("禁止广告的商品")  # R43
UNAUTHORISED: Final = gettext_noop("销售授权")  # R44
FOLLOWERS: Final = gettext_noop("买卖粉丝")  # R45
SUPERLATIVE: Final = gettext_noop("绝对化用语")  # R42: the advertising law's forbidden superlatives

WORDS: Final[dict[str, str]] = {  # separated by spaces
    COMMUNITY: """
        赌博 博彩 网赌 赌场 百家乐 六合彩 私彩 时时彩 澳门赌 真人荷官 老虎机 赌球 外围投注 棋牌上分
        枪支 弹药 仿真枪 气枪 军火 管制刀具 迷药 迷魂药 催情 蒙汗药 窃听器 开锁工具 假钞 假币
        毒品 大麻 冰毒 海洛因 摇头丸 麻古 笑气 可卡因 K粉
        色情 裸聊 一夜情 援交 约炮 成人视频 情色 招嫖 楼凤 偷拍
        代开发票 假发票 办证刻章 假文凭 代考 替考 刻章 假身份证 身份证买卖 银行卡买卖 收购银行卡
        传销 拉人头 洗钱 套现 信用卡套现 高利贷 裸贷 校园贷 非法集资 稳赚不赔 保本高收益
        翻墙软件 代孕 卖肾 器官买卖 黑客接单 盗号 木马程序 外挂代练 人肉搜索
    """,
    PROHIBITED: """
        药品 处方药 特效药 中成药 壮阳药 壮阳 伟哥 西地那非 避孕药 堕胎药 祖传秘方 偏方 包治百病 根治 药到病除
        保健品 保健食品 保健药 增高药 丰胸 补肾 延时喷剂
        减肥药 减肥茶 瘦身药 瘦身胶囊 减肥胶囊 西布曲明 左旋肉碱 酵素减肥 不反弹减肥
        烟草 香烟 电子烟 雪茄 烟弹 卷烟 烟油 水烟 代购烟
        医疗器械 整容手术 无痛人流 婴儿配方奶粉 母乳代用品
        viagra cialis marlboro
    """,
    UNAUTHORISED: """
        高仿 精仿 A货 超A 原单尾货 原单正品 复刻表 仿表 仿牌 尾单 大牌尾单 莆田鞋 莆田货 水货 走私 海关罚没
        盗版 破解版 盗版光盘 内部流出 无授权 厂家流出
    """,
    FOLLOWERS: """
        买粉 卖粉 刷粉 涨粉神器 加粉 粉丝批发 僵尸粉 虚假粉丝 活粉 买粉丝 卖粉丝 粉丝出售 粉丝代刷 互粉
        刷转发 刷评论 刷赞 刷阅读 代刷 水军 转发水军 刷量 刷榜 买热搜 卖热搜 买转发
    """,
    SUPERLATIVE: """
        国家级 世界级 最高级 全国第一 全网第一 销量第一 世界第一 中国第一 史上最强 全网最低价 史上最低价 国家免检
        驰名商标 国家领导人推荐 特供 专供 独一无二 绝无仅有 空前绝后 百分之百有效 永久有效 零风险
    """,
}

# Regular expressions over the plain text without separators.
PATTERNS: Final[dict[str, tuple[str, ...]]] = {
    FOLLOWERS: (
        r"\d+元?\d*[千万百w]?(?:个)?(?:真人)?粉丝",
        r"(?:出售|购买|批发|代加|秒加)(?:微博)?(?:真人)?粉丝?",
    ),
    SUPERLATIVE: (r"最(?:便宜|高级|优秀|先进|低价|佳|优)", r"(?:第一|唯一)(?:品牌|名牌)"),
    PROHIBITED: (
        r"(?:减|瘦)(?:肥|身)\d{0,2}[天日周月]?(?:药|丸|胶囊|贴|针|茶)",
        r"[一二三四五六七八九十\d]+[天日周月]瘦[一二三四五六七八九十\d]+斤",
    ),
    COMMUNITY: (r"日(?:入|赚)(?:\d{3,}|[千万])元?", r"(?:薇信|威信|维信|徽信|vx|wx)号?[a-z0-9]{5,}"),
}

# Longer, innocent phrases; a word found inside one of them is not reported.
INNOCENT: Final = """
    药品监督管理局 远离毒品 拒绝毒品 禁毒 反赌博 禁止赌博 打击传销 远离传销 烟草博物馆 拒绝盗版 抵制盗版
    抵制刷量 拒绝水军
"""
