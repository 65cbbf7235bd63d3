"""Pages: the market, writing a task, pictures."""

from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _

from accounts.models import Identity
from accounts.workspace import Entry, menu
from tasks.views import editor, favourites, images, market, quotes

urlpatterns: list[URLPattern] = [
    path("market/", market.market, name="market"),
    path("market/sum/", market.sum_of_choice, name="market_sum"),
    path("market/compare/", market.compare, name="market_compare"),
    path("market/<int:pk>/favourite/", favourites.star, name="market_favourite"),
    path("tasks/new/", editor.task_new, name="task_new"),
    path("tasks/hints/", editor.text_hints, name="task_hints"),
    path("tasks/source/", editor.fetch_source, name="task_source"),
    path("tasks/<int:pk>/edit/", editor.task_edit, name="task_edit"),
    path("tasks/<int:pk>/choose/", market.choose, name="task_choose"),
    path("tasks/<int:pk>/sum/", editor.running_sum, name="task_sum"),
    path("tasks/<int:pk>/copy/", editor.task_copy, name="task_copy"),
    path("tasks/<int:pk>/delete/", editor.task_delete, name="task_delete"),
    path("tasks/<int:pk>/quotes/", quotes.quotes, name="task_quotes"),
    path("tasks/<int:pk>/quotes/<int:quote>/delete/", quotes.take_back, name="quote_take_back"),
    path("quotes/<str:token>/", quotes.quote, name="quote"),
    path("images/", images.upload, name="image_upload"),
    path("images/<int:pk>/", images.image, name="image"),
]

menu(Entry(_("选帐号"), "market", "users-group", (Identity.PERSONAL, Identity.ENTERPRISE), 30))
