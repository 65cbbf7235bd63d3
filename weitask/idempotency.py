"""`Idempotency-Key`: the first answer to a POST is given again (spec 7).

The key is stored in the transaction that does the work. A view that calls out cannot hold a transaction open, so it
claims the key first and stores the answer after. A claim nobody finished is free again after `ABANDONED`, unless money
may have moved: such a key stays in progress for ever, and the caller looks at what happened before asking anew.
"""

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

from django.db import DatabaseError, connection, transaction
from django.utils.translation import gettext as _
from rest_framework.exceptions import APIException
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.encoders import JSONEncoder
from rest_framework.views import APIView

from weitask import clock
from weitask.models import IdempotencyKey
from weitask.refusal import Conflict, Refusal
from weitask.retrying import RETRY_STATES, retrying

KEEP: Final = timedelta(hours=48)
ABANDONED: Final = timedelta(minutes=2)
_CLAIM = """
INSERT INTO weitask_idempotencykey (user_id, path, key, body_hash, keep, created_at) VALUES (%s, %s, %s, %s, %s, %s)
ON CONFLICT (user_id, path, key) DO UPDATE SET body_hash = excluded.body_hash, created_at = excluded.created_at
WHERE weitask_idempotencykey.status IS NULL AND NOT weitask_idempotencykey.keep
  AND weitask_idempotencykey.created_at < %s
"""


class Idempotent(APIView):
    """A view whose POST honours `Idempotency-Key`.

    Attributes:
        moves_money: the key is kept for ever.
        calls_out: the handler talks to Weibo or Sina Pay and manages its own transactions.
    """

    moves_money = False
    calls_out = False

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """After authentication: let a POST run through its key, and any change once more after a lost race."""
        super().initial(request, *args, **kwargs)
        name = str(request.method).lower()
        handler: Callable[..., Response] | None = getattr(self, name, None)
        if handler is None or request.method in SAFE_METHODS:
            return
        work = handler
        if request.method == "POST" and (key := request.headers.get("Idempotency-Key", "")):
            _check(key)

            def work(*a: Any, **kw: Any) -> Response:
                return self._once(key, request, lambda: handler(*a, **kw))

        run = work
        setattr(self, name, run if self.calls_out else lambda *a, **kw: retrying(lambda: run(*a, **kw)))

    def _once(self, key: str, request: Request, work: Callable[[], Response]) -> Response:
        claim = (int(request.user.pk or 0), request.path[:200], key, _hash(request))
        if self.calls_out:
            with transaction.atomic():
                first = self._claim(claim)
            return self._finish(claim, self._outward(claim, work)) if first is None else first
        with transaction.atomic():
            first = self._claim(claim)
            return self._finish(claim, work()) if first is None else first

    def _claim(self, claim: tuple[int, str, str, str]) -> Response | None:
        """None when the key is ours; the first answer when it was given; a conflict otherwise."""
        user, path, key, body = claim
        now = clock.real()
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(_CLAIM, [user, path, key, body, self.moves_money, now, now - ABANDONED])
                if cursor.rowcount:
                    return None
        except DatabaseError as error:
            if getattr(error.__cause__, "pgcode", None) in RETRY_STATES:
                raise _in_progress() from error
            raise
        stored = IdempotencyKey.objects.get(user_id=user, path=path, key=key)
        if stored.body_hash != body:
            raise Conflict("idempotency-key-reused", _("这个 Idempotency-Key 已用于另一个请求"))
        if stored.status is None:
            raise _in_progress()
        answer = Response(stored.answer, status=stored.status)
        answer["Idempotency-Replayed"] = "true"
        return answer

    def _outward(self, claim: tuple[int, str, str, str], work: Callable[[], Response]) -> Response:
        """A refusal did nothing, so its key is free at once; after anything else it stays claimed for a while."""
        try:
            return work()
        except (Refusal, APIException, DatabaseError) as error:
            if not isinstance(error, DatabaseError) or getattr(error.__cause__, "pgcode", None) in RETRY_STATES:
                user, path, key, _body = claim
                IdempotencyKey.objects.filter(user_id=user, path=path, key=key, status=None).delete()
            raise

    def _finish(self, claim: tuple[int, str, str, str], answer: Response) -> Response:
        user, path, key, _body = claim
        data = json.loads(json.dumps(answer.data, cls=JSONEncoder))
        stored = IdempotencyKey.objects.filter(user_id=user, path=path, key=key)
        stored.update(status=answer.status_code, answer=data)
        return answer


def _check(key: str) -> None:
    if len(key) > 120:
        raise Refusal("idempotency-key-too-long", _("Idempotency-Key 最长 120 个字符"))
    if not (key.isascii() and key.isprintable()):
        raise Refusal("idempotency-key-unreadable", _("Idempotency-Key 只能由可见的 ASCII 字符组成"))


def _in_progress() -> Conflict:
    return Conflict("in-progress", _("同一个请求正在处理，请稍后查询结果"))


def _hash(request: Request) -> str:
    if request.content_type.startswith("multipart/"):
        parts = sorted((name, hashlib.sha256(file.read()).hexdigest()) for name, file in request.FILES.items())
        parts += sorted((name, str(text)) for name, text in request.POST.items())
        for file in request.FILES.values():
            file.seek(0)
        return hashlib.sha256(repr(parts).encode()).hexdigest()
    return hashlib.sha256(json.dumps(request.data, sort_keys=True, cls=JSONEncoder).encode()).hexdigest()


def forget_old(*, now_real: Any) -> int:
    """Delete answers older than 48 h, but those that moved money."""
    return IdempotencyKey.objects.filter(keep=False, created_at__lt=now_real - KEEP).delete()[0]
