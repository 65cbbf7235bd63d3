"""The rows the floors read: columns of the product's own tables, without its models."""

from django.db import models


class Account(models.Model):
    """The columns that the market's API shows of an account."""

    screen_name = models.TextField()
    category_id = models.BigIntegerField()
    followers = models.BigIntegerField()
    rating = models.IntegerField()
    price_repost = models.BigIntegerField()
    price_original = models.BigIntegerField()
    region = models.TextField()
    organisation = models.BooleanField()
    cpm_repost = models.BigIntegerField()
    cpm_original = models.BigIntegerField()
    accept_rate_bp = models.IntegerField()
    lapse_rate_bp = models.IntegerField()
    answer_minutes = models.IntegerField()
    median_reposts = models.IntegerField()
    median_comments = models.IntegerField()

    class Meta:
        app_label = "bare"
        managed = False
        db_table = "accounts_mediaaccount"

    def __str__(self) -> str:
        return self.screen_name


class Order(models.Model):
    """The columns that a list of orders shows."""

    number = models.TextField()
    account = models.ForeignKey(Account, models.DO_NOTHING)
    state = models.TextField()
    start_at = models.DateTimeField()
    price = models.BigIntegerField()
    text = models.TextField()

    class Meta:
        app_label = "bare"
        managed = False
        db_table = "orders_order"
