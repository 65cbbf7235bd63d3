"""The Weibo side: users, authorisations, posts, pictures, notices and short links (weibo.md 2-7)."""

from django.db import models


class WeiboUser(models.Model):
    """A Weibo user, with the fields of the user object (weibo.md 3) that the product can see."""

    uid = models.CharField(primary_key=True, max_length=20)
    screen_name = models.CharField(max_length=60, unique=True)
    gender = models.CharField(max_length=1, default="n")
    location = models.CharField(max_length=60, default="北京")
    description = models.CharField(max_length=200, default="", blank=True)
    followers_count = models.PositiveIntegerField(default=0)
    friends_count = models.PositiveIntegerField(default=0)
    statuses_count = models.PositiveIntegerField(default=0)
    verified = models.BooleanField(default=False)
    verified_type = models.IntegerField(default=-1)
    verified_reason = models.CharField(max_length=120, default="", blank=True)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.screen_name


class AuthCode(models.Model):
    """An OAuth2 code: single use, 600 s of life (weibo.md 2)."""

    value = models.CharField(primary_key=True, max_length=64)
    user = models.ForeignKey(WeiboUser, on_delete=models.CASCADE)
    redirect_uri = models.CharField(max_length=500)
    created_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.value


class Token(models.Model):
    """An access token of one user for our app; `refusal` is the error code once it was withdrawn."""

    value = models.CharField(primary_key=True, max_length=64)
    user = models.ForeignKey(WeiboUser, on_delete=models.CASCADE)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)
    refusal = models.IntegerField(default=0)

    def __str__(self) -> str:
        return f"token of {self.user_id}"


class Post(models.Model):
    """A post or a repost. A deleted one stays here for ever: this book is the oracle for double posts."""

    id = models.BigIntegerField(primary_key=True)
    user = models.ForeignKey(WeiboUser, on_delete=models.CASCADE, related_name="posts")
    text = models.TextField()
    raw_text = models.TextField(help_text="as sent, before links were shortened")
    created_at = models.DateTimeField()
    readable_from = models.DateTimeField(help_text="business time from which reads show it")
    visible = models.IntegerField(default=0)
    blocked = models.BooleanField(default=False)
    deleted_at = models.DateTimeField(null=True)
    deleted_by = models.CharField(max_length=10, default="", blank=True)
    annotations = models.JSONField(default=list)
    order_number = models.CharField(max_length=64, default="", blank=True, db_index=True)
    source = models.ForeignKey("self", null=True, on_delete=models.CASCADE, related_name="reposts_of")
    root = models.ForeignKey("self", null=True, on_delete=models.CASCADE, related_name="descendants")
    pic_ids = models.JSONField(default=list)
    rip = models.CharField(max_length=45, default="", blank=True)
    reposts = models.PositiveIntegerField(default=0)
    comments = models.PositiveIntegerField(default=0)
    likes = models.PositiveIntegerField(default=0)
    counts_fixed = models.BooleanField(default=False)

    class Meta:
        indexes = (models.Index(fields=("user", "id"), name="sandbox_post_timeline"),)

    def __str__(self) -> str:
        return str(self.id)


class Picture(models.Model):
    """An uploaded picture (weibo.md 4: JPEG, GIF or PNG below 5 MB)."""

    pic_id = models.CharField(primary_key=True, max_length=32)
    content_type = models.CharField(max_length=20)
    content = models.BinaryField()

    def __str__(self) -> str:
        return self.pic_id


class Notice(models.Model):
    """A notification in the inbox of one user (weibo.md 7)."""

    uid = models.CharField(max_length=20, db_index=True)
    template = models.CharField(max_length=40)
    objects_sent = models.JSONField(default=list)
    action_url = models.CharField(max_length=40, default="", blank=True)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.template} to {self.uid}"


class ShortUrl(models.Model):
    """A t.cn link. The same long URL always gets the same code."""

    code = models.CharField(primary_key=True, max_length=10)
    url_long = models.TextField()

    def __str__(self) -> str:
        return f"http://t.cn/{self.code}"
