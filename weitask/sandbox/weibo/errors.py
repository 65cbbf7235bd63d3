"""Weibo's error codes with their texts and HTTP statuses (weibo.md 8, 10, 11)."""

from typing import Any

_TEXTS = {
    10001: "System error!",
    10002: "Service unavailable!",
    10003: "Remote service error!",
    10005: "This resource requires a higher appkey level!",
    10006: "source parameter(appkey) is missing!",
    10008: "Param error, see doc for more info!",
    10009: "Too many pending tasks, system is busy!",
    10010: "Job expired!",
    10011: "RPC error!",
    10014: "Insufficient app permissions!",
    10016: "Miss required parameter, see doc for more info!",
    10017: "Parameter value is not valid, see doc for more info!",
    10020: "Request api not found!",
    10021: "HTTP METHOD is not suported for this request!",
    10022: "IP requests out of rate limit!",
    10023: "User requests out of rate limit!",
    10024: "User requests for this api out of rate limit!",
    20001: "ids is null!",
    20002: "uid is null!",
    20003: "User does not exists!",
    20005: "Unsupported image type, only suport JPG, GIF, PNG!",
    20006: "Image size too large!",
    20007: "Does multipart has image!",
    20008: "Content is null!",
    20009: "IDs is too many!",
    20012: "Text too long, please input text less than 140 characters!",
    20015: "Account or ip or app is illgal, can not continue!",
    20016: "Out of limit!",
    20017: "repeat similar content!",
    20018: "Contain illegal website!",
    20019: "repeat content!",
    20021: "Content is illegal!",
    20031: "Test and verify!",
    20032: "Update success, while server slow now, please wait 1-2 minutes!",
    20101: "target weibo does not exist!",
    20102: "not your own weibo!",
    20103: "can't repost yourself weibo!",
    20104: "Illegal weibo!",
    20109: "weibo id is null!",
    20111: "repeated weibo text!",
    20112: "Permission denied!",
    21301: "Auth faild!",
    21317: "Token rejected!",
    21319: "Accessor was revoked!",
    21322: "redirect_uri_mismatch",
    21323: "invalid_request",
    21324: "invalid_client",
    21325: "invalid_grant",
    21327: "expired_token",
    21328: "unauthorized_client",
    21329: "unsupported_grant_type",
    21330: "access_denied",
    21332: "invalid_access_token",
    21335: "uid parameter must be current user!",
    21601: "need admin permission!",
    21602: "contain sensitive words!",
    21603: "out of notification limit!",
}
_STATUS = dict.fromkeys((10001, 10002, 10003, 10009, 10010, 10011), 503)
_STATUS |= dict.fromkeys((10004, 10005, 10014, 10022, 10023, 10024, 21327), 403)


class WeiboError(Exception):
    """A refusal with one of Weibo's codes."""

    def __init__(self, code: int, text: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.text = text or _TEXTS.get(code, "System error!")

    @property
    def status(self) -> int:
        """The HTTP status this code comes with (weibo.md 11)."""
        return _STATUS.get(self.code, 400)

    def body(self, path: str) -> dict[str, Any]:
        """The error body of weibo.md 8."""
        return {"request": path, "error_code": self.code, "error": self.text}


class OAuthError(WeiboError):
    """A refusal of the token endpoint, with its longer body (weibo.md 2)."""

    def __init__(self, code: int, description: str) -> None:
        super().__init__(code)
        self.description = description

    def body(self, path: str) -> dict[str, Any]:
        """The error body of weibo.md 2."""
        return {
            "error": self.text,
            "error_code": self.code,
            "request": path,
            "error_uri": path,
            "error_description": self.description,
        }
