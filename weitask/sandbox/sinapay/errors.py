"""Refusals with a `response_code` of sinapay.md 10."""

_TEXTS = {
    "ADVANCE_FAILED": "短信验证码错误",
    "BANK_ACCOUNT_NOT_EXISTS": "银行卡不存在",
    "BANK_CODE_NOT_SUPPORT": "不支持该银行",
    "BIZ_PENDING": "处理中",
    "BLANCE_NOT_ENOUGH": "余额不足",
    "CARD_TYPE_NOT_SUPPORT": "不支持该卡类型",
    "DUPLICATE_IDENTITY_ID": "用户标识信息重复",
    "DUPLICATE_REQUEST_NO": "重复的请求号",
    "ILLEGAL_ARGUMENT": "参数校验未通过",
    "ILLEGAL_DECRYPT": "解密失败",
    "ILLEGAL_SERVICE": "服务接口不存在",
    "ILLEGAL_SIGN": "验签未通过",
    "ILLEGAL_SIGN_TYPE": "签名类型不正确",
    "MEMBER_ID_NOT_EXIST": "用户不存在",
    "MEMBER_NOT_EXIST": "用户不存在",
    "NO_BANK_CARD_INFO": "未绑定银行卡",
    "ORDER_NOT_EXIST": "订单不存在",
    "PARTNER_ID_NOT_EXIST": "合作方不存在",
    "PAY_METHOD_NOT_SUPPORT": "支付方式不支持",
    "REALNAME_CONFIRM_FAILED": "实名认证未通过",
    "REALNAME_NOT_MATCHING": "实名信息不匹配",
    "REQUEST_EXPIRED": "请求已过期",
    "REQUEST_METHOD_NOT_VALIDATE": "请求方式不正确",
    "SYSTEM_ERROR": "系统内部错误",
    "USER_BANK_ACCOUNT_NOT_MATCH": "银行卡户名与实名不符",
}


class SinaPayError(Exception):
    """A refusal; it is answered with HTTP 200 (sinapay.md 1)."""

    def __init__(self, code: str, text: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.text = text or _TEXTS.get(code, code)
