"""Everything the sandbox remembers: the Weibo side, the Sina Pay side, and its own switches."""

from weitask.sandbox.models.sinapay import BankCard, BindTicket, Delivery, Deposit, Member, Payout
from weitask.sandbox.models.state import Remembered
from weitask.sandbox.models.weibo import AuthCode, Notice, Picture, Post, ShortUrl, Token, WeiboUser

__all__ = [
    "AuthCode",
    "BankCard",
    "BindTicket",
    "Delivery",
    "Deposit",
    "Member",
    "Notice",
    "Payout",
    "Picture",
    "Post",
    "Remembered",
    "ShortUrl",
    "Token",
    "WeiboUser",
]
