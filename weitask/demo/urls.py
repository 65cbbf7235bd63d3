"""The demo bar's addresses."""

from django.urls import URLPattern, path

from weitask.demo import views

urlpatterns: list[URLPattern] = [path("step/", views.step, name="demo-step")]
