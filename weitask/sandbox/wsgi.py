"""The WSGI application of the sandbox."""

import os

from django.core.wsgi import get_wsgi_application

os.environ["DJANGO_SETTINGS_MODULE"] = "weitask.sandbox.settings"

application = get_wsgi_application()
