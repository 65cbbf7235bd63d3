"""demo/clock/: the business clock of a demo, read and stepped forward (spec 7, 9). Staff only."""

import json
import logging
import threading
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.db import connections
from django.urls import reverse
from django.utils.dateparse import parse_duration
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.permissions import IsAdminUser
from rest_framework.request import Request
from rest_framework.response import Response

from weitask import clock, sweeps
from weitask.demo import stepping
from weitask.refusal import Conflict, Refusal
from weitask.rest.bodies import Body
from weitask.rest.fields import MomentField
from weitask.rest.views import ApiView

logger = logging.getLogger(__name__)
PATIENCE: Final = 10.0  # seconds a caller waits; then it is told where to look
FARTHEST: Final = timedelta(days=400)
_ONE: Final = threading.Lock()


@extend_schema_field({"type": "string", "format": "duration", "example": "PT25H"})
class LengthField(serializers.Field):
    """ISO 8601: `PT25H`, `P1D`."""

    default_error_messages = {"duration": _("请使用 ISO 8601 时长，例如 PT25H")}

    def to_internal_value(self, data: Any) -> Any:
        text = data if isinstance(data, str) else ""
        try:
            length = parse_duration(text) if text.startswith("P") and len(text) < 40 else None
        except OverflowError:
            length = None
        if length is None:
            self.fail("duration")
        return length


class ClockBody(Body):
    """Exactly one of the two."""

    advance = LengthField(required=False)
    to = MomentField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if len(attrs) != 1:
            raise serializers.ValidationError(_("请给出 advance 或 to 之一"))
        return attrs


class ClockOut(serializers.Serializer):
    """`ran` counts what each sweep moved in the last step; `error` is why it broke, if it did."""

    now = MomentField()
    running = serializers.BooleanField()
    to = MomentField(allow_null=True)
    ran = serializers.DictField(child=serializers.IntegerField())
    error = serializers.CharField(allow_blank=True)


class ClockView(ApiView):
    """The demo's clock."""

    permission_classes = [IsAdminUser]
    calls_out = True

    @extend_schema(responses=ClockOut)
    def get(self, request: Request) -> Response:
        """The business time, whether it is being stepped, and what the last step did."""
        return Response(_state())

    @extend_schema(request=ClockBody, responses={200: ClockOut, 202: ClockOut})
    def post(self, request: Request) -> Response:
        """Step forward through every moment at which something is due; 202 with this address when it takes long."""
        sent = self.body(request, ClockBody)
        now = clock.now()
        to = sent["to"] if "to" in sent else _later(now, sent["advance"])
        field = "to" if "to" in sent else "advance"
        if not now <= to <= now + FARTHEST:
            raise Refusal("bad_moment", _("时间只能向前推进，一次最多 400 天"), field=field)
        if sweeps.stepper() is not None or not _ONE.acquire(blocking=False):
            raise Conflict("clock_busy", _("时间正在推进，请稍候"))
        walker = threading.Thread(target=_walk, args=(to,), name="demo-clock", daemon=True)
        _remember({"to": to.isoformat()})
        walker.start()
        walker.join(PATIENCE)
        if not walker.is_alive():
            return Response(_state())
        answer = Response({**_state(), "running": True}, status=status.HTTP_202_ACCEPTED)
        answer["Location"] = reverse("demo-clock")
        return answer


def _later(now: datetime, length: timedelta) -> datetime:
    return now + max(min(length, FARTHEST + timedelta(days=1)), timedelta(days=-1))


def _walk(to: datetime) -> None:
    """The step itself, on a thread and a connection of its own; how it went is kept for whoever asks."""
    told: dict[str, Any] = {"to": to.isoformat()}
    try:
        told["ran"] = dict(stepping.advance(to=to))
    except stepping.Busy:
        told["error"] = "busy"
    except Exception as error:
        logger.exception("the demo clock broke off")
        told["error"] = f"{type(error).__name__}: {error}"[:300]
    finally:
        _remember(told)
        _ONE.release()
        connections.close_all()


def _file() -> Path:
    return Path(settings.MEDIA_ROOT).parent / "demo-clock.json"


def _remember(told: dict[str, Any]) -> None:
    """One small file for all processes of the web server, replaced whole."""
    path = _file()
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(f".{threading.get_ident()}")
    fresh.write_text(json.dumps(told))
    fresh.replace(path)


def _state() -> dict[str, Any]:
    try:
        told = json.loads(_file().read_text())
    except (OSError, ValueError):
        told = {}
    to = datetime.fromisoformat(told["to"]) if told.get("to") else None
    facts = {
        "now": clock.now(),
        "running": sweeps.stepper() is not None,
        "to": to,
        "ran": told.get("ran", {}),
        "error": told.get("error", ""),
    }
    return dict(ClockOut(facts).data)
