"""The entry point of gunicorn."""

import os
from importlib import import_module

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from weitask import heap

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "weitask.settings")
application = get_wsgi_application()
import_module(settings.ROOT_URLCONF)  # every page is read before the first visitor comes
heap.settle()
