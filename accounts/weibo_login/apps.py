from django.apps import AppConfig


class WeiboLoginConfig(AppConfig):
    name = "accounts.weibo_login"
    label = "weibo_login"
