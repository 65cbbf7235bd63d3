"""Paths of the API below /api/v1/."""

from django.urls import URLPattern, path

from tasks.api import images, review, tasks

urlpatterns: list[URLPattern] = [
    path("images/", images.ImagesView.as_view()),
    path("tasks/", tasks.TasksView.as_view()),
    path("tasks/<id:pk>/", tasks.TaskView.as_view()),
    path("tasks/<id:pk>/submit/", tasks.TaskSubmitView.as_view()),
    path("review/tasks/<id:pk>/approve/", review.TaskApproveView.as_view()),
    path("review/tasks/<id:pk>/reject/", review.TaskRejectView.as_view()),
    path("review/tasks/<id:pk>/halt/", review.TaskHaltView.as_view()),
]
