"""The rules Weitask was built with, as the first version of the rule book and as its draft; common reasons (R42-R46).

The version's name is the one that submissions and decisions before the rule book already carry.
"""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.utils import timezone

VERSION = "1-8cbe9405"
COMMUNITY, PROHIBITED, UNAUTHORISED = "社区公约", "禁止广告的商品", "销售授权"
FOLLOWERS, SUPERLATIVE, MONITORING = "买卖粉丝", "绝对化用语", "第三方监测代码"
CATEGORIES = [  # name, why, whether two reviewers are asked for
    (COMMUNITY, "微博社区公约及法律法规（R42）", True),
    (PROHIBITED, "广告法禁止或限制广告的商品（R43）", True),
    (UNAUTHORISED, "未获得销售授权的商品（R44）", False),
    (FOLLOWERS, "违反微博运营规则的内容（R45）", False),
    (SUPERLATIVE, "广告法禁止的绝对化用语（R42）", False),
    (MONITORING, "推广链接中的第三方监测代码（R46）", False),
]
WORDS = {  # separated by spaces
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
PATTERNS = [  # category, name, expression over plain text without separators, a text it finds, one it does not
    (FOLLOWERS, "明码标价的粉丝", r"\d+元?\d*[千万百w]?(?:个)?(?:真人)?粉丝", "100元 = 1万 粉丝", "感谢粉丝支持"),
    (FOLLOWERS, "买卖粉丝", r"(?:出售|购买|批发|代加|秒加)(?:微博)?(?:真人)?粉丝?", "批发真人粉丝", "购买火锅套餐"),
    (SUPERLATIVE, "“最”字用语", r"最(?:便宜|高级|优秀|先进|低价|佳|优)", "全城最便宜的火锅", "最近去过的火锅店"),
    (SUPERLATIVE, "第一、唯一品牌", r"(?:第一|唯一)(?:品牌|名牌)", "行业第一品牌", "第一次来这里"),
    (
        PROHIBITED,
        "减肥瘦身药物",
        r"(?:减|瘦)(?:肥|身)\d{0,2}[天日周月]?(?:药|丸|胶囊|贴|针|茶)",
        "懒人瘦身贴",
        "在家做瘦身操",
    ),
    (
        PROHIBITED,
        "几天瘦几斤",
        r"[一二三四五六七八九十\d]+[天日周月]瘦[一二三四五六七八九十\d]+斤",
        "十天瘦十斤",
        "十天吃了十斤虾",
    ),
    (COMMUNITY, "日入多少元", r"日(?:入|赚)(?:\d{3,}|[千万])元?", "在家日入1000元", "生日入场免费"),
    (
        COMMUNITY,
        "微信号",
        r"(?:薇信|威信|维信|徽信|vx|wx)号?[a-z0-9]{5,}",
        "加薇信abc12345",
        "微信公众号同名",
    ),
]
INNOCENT = {  # phrase: the word inside it that is still found elsewhere
    "药品监督管理局": "药品",
    "远离毒品": "毒品",
    "拒绝毒品": "毒品",
    "禁毒": "毒品",
    "反赌博": "赌博",
    "禁止赌博": "赌博",
    "打击传销": "传销",
    "远离传销": "传销",
    "烟草博物馆": "烟草",
    "拒绝盗版": "盗版",
    "抵制盗版": "盗版",
    "抵制刷量": "刷量",
    "拒绝水军": "水军",
}
DOMAINS = """
    miaozhen.com admaster.com.cn doubleclick.net google-analytics.com googletagmanager.com hm.baidu.com cnzz.com 51.la
    51yes.com talkingdata.com talkingdata.net adjust.com appsflyer.com onelink.me app.link branch.io kochava.com
    singular.net scorecardresearch.com imrworldwide.com gridsumdissector.com gridsum.com allyes.com adsame.com irs01.com
    irs03.com irs09.com ipinyou.com mediav.com reachmax.cn growingio.com sensorsdata.cn zhugeio.com hotjar.com
    clarity.ms mixpanel.com amplitude.com segment.io chartbeat.com quantserve.com tanx.com linezing.com tongji.com
    phpstat.net adxmi.com trackingio.com reyun.com ptengine.cn ptengine.com yigao.com
"""
PARAMETERS = """
    utm_source utm_medium utm_campaign utm_term utm_content utm_id gclid dclid fbclid msclkid yclid hmsr hmpl hmcu hmkw
    hmci _ga _gl mz_ca mz_sp mz_kw mz_sb adjust_tracker adjust_campaign af_siteid af_c_id af_channel pk_source
    pk_campaign mtm_source mtm_campaign bd_vid qhclickid tracker trackid track_id clickid click_id spm scm mc_cid
"""
SHORTENERS = """
    bit.ly dwz.cn goo.gl tinyurl.com is.gd url.cn suo.im ow.ly t.co sourl.cn mrw.so rrd.me u.nu w.url.cn suo.nz
"""
REASONS = [
    "内容含有违禁词汇，或违反微博社区公约",
    "图片中含有违禁内容",
    "推广广告法禁止宣传的商品（药品、保健品、减肥药、烟草等）",
    "商品未获得销售授权，请上传授权证明",
    "涉及买卖粉丝等违反微博运营规则的内容",
    "推广链接中含有第三方监测代码",
    "链接指向的网页含有非法内容或恶意弹窗",
]
EVERYDAY = "周末去哪儿吃？这家老火锅值得排队"
SHOP = "https://shop.example.com/p"


def rules() -> "list[dict]":
    """Every rule with its examples; `category` by name, empty for innocent phrases."""
    found = [
        _rule("word", word, category, f"这里有{word}\n{'·'.join(word)}", EVERYDAY)
        for category, many in WORDS.items()
        for word in many.split()
    ]
    found += [
        {**_rule("pattern", text, category, hit, miss), "title": title} for category, title, text, hit, miss in PATTERNS
    ]
    found += [_rule("innocent", phrase, "", phrase, f"这里有{word}") for phrase, word in INNOCENT.items()]
    found += [
        {**_rule("domain", one, MONITORING, f"https://c.{one}/k=1\n{one}/abc", f"https://my{one}/"), "action": "block"}
        for one in DOMAINS.split()
    ]
    found += [
        _rule("parameter", one, MONITORING, f"{SHOP}?id=1&{one}=weibo", f"{SHOP}?id=1") for one in PARAMETERS.split()
    ]
    return found + [_rule("shortener", one, MONITORING, f"https://{one}/abc", SHOP) for one in SHORTENERS.split()]


def _rule(kind: str, text: str, category: str, hit: str, miss: str) -> "dict[str, str]":
    return {
        "kind": kind,
        "text": text,
        "title": "",
        "category": category,
        "action": "flag",
        "positive": hit,
        "negative": miss,
    }


def seed(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    category = apps.get_model("tasks", "RuleCategory")
    category.objects.bulk_create(
        category(name=name, note=note, four_eyes=four_eyes, position=position)
        for position, (name, note, four_eyes) in enumerate(CATEGORIES)
    )
    by_name = {one.name: one for one in category.objects.all()}
    rule = apps.get_model("tasks", "Rule")
    rule.objects.bulk_create(
        rule(**{**one, "category": by_name.get(one["category"]), "plain": _plain(one)}) for one in rules()
    )
    published = [{key: one[key] for key in ("kind", "text", "title", "category", "action")} for one in rules()]
    apps.get_model("tasks", "RuleSet").objects.create(
        number=1,
        version=VERSION,
        data={"four_eyes": sorted(name for name, _note, four_eyes in CATEGORIES if four_eyes), "rules": published},
        note="随系统提供的第一版规则",
        published_at=timezone.now(),
    )
    reason = apps.get_model("tasks", "ReasonTemplate")
    reason.objects.bulk_create(reason(text=text, position=position) for position, text in enumerate(REASONS))


def _plain(rule: "dict[str, str]") -> str:
    """The normalised form of these rules: they are written plainly, only capitals are to be lowered."""
    return rule["text"].lower() if rule["kind"] in ("word", "innocent") else rule["text"]


class Migration(migrations.Migration):
    replaces = [("tasks", "0004_first_rule_book")]
    dependencies = [("tasks", "0001_initial")]
    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
