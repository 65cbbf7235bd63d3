"""The Sina Pay side: members, cards, deposits, payouts and the log of notifications. Amounts in fen."""

from django.db import models


class Member(models.Model):
    """A payment member (sinapay.md 6.1)."""

    identity_id = models.CharField(primary_key=True, max_length=50)
    member_type = models.CharField(max_length=1)
    real_name = models.CharField(max_length=60, default="", blank=True)
    cert_no = models.CharField(max_length=30, default="", blank=True)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.identity_id


class BankCard(models.Model):
    """A bound bank card. Its number's last digit decides what becomes of payouts (sinapay.md 13)."""

    card_id = models.CharField(primary_key=True, max_length=20)
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="cards")
    bank_code = models.CharField(max_length=12)
    number = models.CharField(max_length=30)
    name = models.CharField(max_length=60)
    card_type = models.CharField(max_length=8)
    card_attribute = models.CharField(max_length=1)
    province = models.CharField(max_length=30)
    city = models.CharField(max_length=30)
    created_at = models.DateTimeField()
    unbound_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.card_id


class BindTicket(models.Model):
    """A card change waiting for its SMS code: 15 minutes, 5 tries (sinapay.md 6.1)."""

    ticket = models.CharField(primary_key=True, max_length=40)
    member = models.ForeignKey(Member, on_delete=models.CASCADE)
    kind = models.CharField(max_length=6)
    request_no = models.CharField(max_length=32, default="", blank=True, db_index=True)
    card = models.JSONField(default=dict)
    created_at = models.DateTimeField()
    tries = models.PositiveIntegerField(default=0)
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.ticket


class Deposit(models.Model):
    """A recharge on the hosted cashier (sinapay.md 6.2)."""

    number = models.CharField(primary_key=True, max_length=32)
    inner_number = models.CharField(max_length=32)
    ticket = models.CharField(max_length=40, unique=True)
    identity_id = models.CharField(max_length=50)
    identity_type = models.CharField(max_length=12)
    amount_fen = models.BigIntegerField()
    summary = models.CharField(max_length=200, default="", blank=True)
    state = models.CharField(max_length=20, default="PROCESSING")
    pay_method = models.CharField(max_length=120)
    notify_url = models.CharField(max_length=500, default="", blank=True)
    return_url = models.CharField(max_length=500, default="", blank=True)
    memo = models.CharField(max_length=200, default="", blank=True)
    created_at = models.DateTimeField(db_index=True)
    modified_at = models.DateTimeField()
    closes_at = models.DateTimeField(null=True)
    pay_due_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.number


class Payout(models.Model):
    """Money on its way to a bound card: pay-to-card or withdraw (sinapay.md 6.3, 6.4)."""

    number = models.CharField(primary_key=True, max_length=32)
    inner_number = models.CharField(max_length=32)
    service = models.CharField(max_length=50)
    identity_id = models.CharField(max_length=50)
    card = models.ForeignKey(BankCard, on_delete=models.CASCADE)
    amount_fen = models.BigIntegerField()
    summary = models.CharField(max_length=200, default="", blank=True)
    state = models.CharField(max_length=20, default="PROCESSING")
    notify_url = models.CharField(max_length=500, default="", blank=True)
    memo = models.CharField(max_length=200, default="", blank=True)
    created_at = models.DateTimeField(db_index=True)
    modified_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True, db_index=True)

    def __str__(self) -> str:
        return self.number


class Delivery(models.Model):
    """One notification with its exact signed body, delivered until the receiver says `success`."""

    notify_id = models.CharField(max_length=40, db_index=True)
    kind = models.CharField(max_length=40)
    number = models.CharField(max_length=32, db_index=True)
    mode = models.CharField(max_length=20)
    url = models.CharField(max_length=500)
    body = models.TextField()
    created_at = models.DateTimeField()
    tries = models.PositiveIntegerField(default=0)
    due_at = models.DateTimeField(null=True, db_index=True)
    answers = models.JSONField(default=list)

    def __str__(self) -> str:
        return f"{self.kind} {self.number}"
