"""notices/: the inbox of a login (R65, R69)."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import notices
from accounts.api.roles import user_of
from accounts.models import Notice
from weitask import clock
from weitask.rest.bodies import Filters, Nothing
from weitask.rest.fields import MomentField
from weitask.rest.schema import PAGE_PARAMETERS, paged
from weitask.rest.views import ApiView


class NoticeFilter(Filters):
    """What to list."""

    unread = serializers.BooleanField(required=False, allow_null=True, default=None, help_text="Only unread ones")


class NoticeOut(serializers.Serializer):
    """One notice; `url` is a page of the site."""

    id = serializers.IntegerField()
    kind = serializers.CharField()
    title = serializers.CharField()
    body = serializers.CharField(allow_blank=True)
    url = serializers.CharField(allow_blank=True)
    urgent = serializers.BooleanField()
    created_at = MomentField()
    read_at = MomentField(allow_null=True)


class NoticesView(ApiView):
    """Everybody's own."""

    @extend_schema(parameters=[NoticeFilter, *PAGE_PARAMETERS], responses=paged(NoticeOut))
    def get(self, request: Request) -> Response:
        """The inbox, newest first."""
        rows = Notice.objects.visible_to(user_of(request))
        rows = rows.unread() if NoticeFilter.read(request.query_params)["unread"] else rows
        return self.listed(request, rows, NoticeOut)


class NoticeReadView(ApiView):
    """One's own."""

    @extend_schema(request=Nothing, responses={200: NoticeOut})
    def post(self, request: Request, pk: int) -> Response:
        """Mark a notice as read; again changes nothing."""
        self.body(request, Nothing)
        user = user_of(request)
        notice = self.found(Notice.objects.visible_to(user), pk=pk)
        notices.mark_read(notice=notice, by=user, now=clock.now())
        notice.refresh_from_db()
        return Response(NoticeOut(notice).data)
