"""URLs of 民意, inside the admin's walls; mounted before the admin's own."""

from __future__ import annotations

from django.contrib import admin
from django.urls import path

from dispatch.console import poll_views, topic_views

wall = admin.site.admin_view
urlpatterns = [
    path("letters/", wall(topic_views.letters_page), name="voice-letters"),
    path("topics/", wall(topic_views.topics_page), name="voice-topics"),
    path("topics/new/", wall(topic_views.topic_new), name="voice-topic-new"),
    path("topics/join", wall(topic_views.topic_join), name="voice-topic-join"),
    path("topics/<int:pk>/", wall(topic_views.topic_page_view), name="voice-topic"),
    path("topics/<int:pk>/publish", wall(topic_views.topic_publish), name="voice-topic-publish"),
    path("topics/<int:pk>/answer", wall(topic_views.topic_answer), name="voice-topic-answer"),
    path("topics/<int:pk>/close", wall(topic_views.topic_close), name="voice-topic-close"),
    path("polls/", wall(poll_views.polls_page), name="voice-polls"),
    path("polls/new/", wall(poll_views.poll_new), name="voice-poll-new"),
    path("polls/<int:pk>/", wall(poll_views.poll_page_view), name="voice-poll"),
    path("polls/<int:pk>/publish", wall(poll_views.poll_publish), name="voice-poll-publish"),
    path("polls/<int:pk>/extend", wall(poll_views.poll_extend), name="voice-poll-extend"),
    path("polls/<int:pk>/withdraw", wall(poll_views.poll_withdraw), name="voice-poll-withdraw"),
    path("polls/<int:pk>/result.xlsx", wall(poll_views.poll_file), name="voice-poll-file"),
]
