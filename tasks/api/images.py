"""images/: 原发配图, named by id in tasks and selections (F59)."""

from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.roles import AdvertiserView
from tasks import images
from tasks.models import Image
from weitask import clock
from weitask.refusal import Refusal


class ImageBody(serializers.Serializer):
    """One JPG, PNG or GIF of at most 5 MB."""

    image = serializers.FileField()


class ImageOut(serializers.Serializer):
    """A picture as stored; `url` is for those who may see the task."""

    id = serializers.IntegerField()
    url = serializers.SerializerMethodField()
    width = serializers.IntegerField()
    height = serializers.IntegerField()

    def get_url(self, image: Image) -> str:
        return reverse("image", args=[image.pk])


class ImagesView(AdvertiserView):
    """One's own pictures."""

    parser_classes = [MultiPartParser]
    calls_out = True  # decoding takes seconds: no transaction stays open meanwhile

    @extend_schema(request={"multipart/form-data": ImageBody}, responses={201: ImageOut})
    def post(self, request: Request) -> Response:
        """Store one picture as new pixels: the only file sent, whatever its part is called."""
        advertiser = self.advertiser(request)
        uploads = [upload for name in request.FILES for upload in request.FILES.getlist(name)]
        unknown = sorted(set(request.data) - set(request.FILES))
        if unknown:
            raise serializers.ValidationError({name[:100]: [_("未知字段")] for name in unknown})
        if len(uploads) != 1:
            raise Refusal("image_missing", _("请上传一张图片，字段名为 image"), field="image")
        image = images.store(advertiser=advertiser, upload=uploads[0], now=clock.now())
        return Response(ImageOut(image).data, status=status.HTTP_201_CREATED)
