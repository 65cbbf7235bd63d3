"""The bare sites' only app: Django's admin asks for the name of the app of what it lists."""

from django.apps import AppConfig


class Bare(AppConfig):
    name = "benchmarks"
    label = "bare"
