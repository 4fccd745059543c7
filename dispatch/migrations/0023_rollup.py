"""Rollups by day or month and place, instead of a row for each metric of a day and place.

All is counted anew from the ledger: the mark of what is counted goes and comes back empty, which
PostgreSQL does without touching a row. The fold then takes the ledger in portions as it does new
events; ``manage.py rebuild_tallies`` does it at once.
"""

from django.db import migrations, models

COUNTS = [
    "opened",
    "reported",
    "attached",
    "first_dispatched",
    "repeated",
    "dispatched",
    "auto_dispatched",
    "dispatched_timed",
    "dispatched_on_time",
    "dispatch_signed",
    "dispatch_signed_on_time",
    "dispatch_responded",
    "signed",
    "returned",
    "finished",
    "finished_on_time",
    "finished_unit",
    "rework",
    "verified",
    "thanked",
    "closed",
    "closed_timed",
    "closed_on_time",
    "closed_rated",
    "auto_judged",
    "auto_right",
    "rejected",
    "withdrawn",
    "merged",
    "escalated",
    "extended",
    "suspended",
    "reopened",
    "urged",
    "supervised",
    "rated",
    "solved",
    "satisfied",
    "score",
    "wait_assessing",
    "wait_need_info",
    "wait_dispatched",
    "wait_escalated",
    "wait_handling",
    "wait_suspended",
    "wait_handled",
    "wait_awaiting_rating",
    "stock_assessing",
    "stock_need_info",
    "stock_rejected",
    "stock_merged",
    "stock_dispatched",
    "stock_escalated",
    "stock_handling",
    "stock_suspended",
    "stock_handled",
    "stock_awaiting_rating",
    "stock_closed",
    "stock_archived",
    "stock_withdrawn",
    "hour_00",
    "hour_01",
    "hour_02",
    "hour_03",
    "hour_04",
    "hour_05",
    "hour_06",
    "hour_07",
    "hour_08",
    "hour_09",
    "hour_10",
    "hour_11",
    "hour_12",
    "hour_13",
    "hour_14",
    "hour_15",
    "hour_16",
    "hour_17",
    "hour_18",
    "hour_19",
    "hour_20",
    "hour_21",
    "hour_22",
    "hour_23",
]
MINUTES = [
    "signed_minutes",
    "finished_minutes",
    "finished_unit_minutes",
    "verified_minutes",
    "thanked_minutes",
    "closed_minutes",
    "wait_assessing_minutes",
    "wait_need_info_minutes",
    "wait_dispatched_minutes",
    "wait_escalated_minutes",
    "wait_handling_minutes",
    "wait_suspended_minutes",
    "wait_handled_minutes",
    "wait_awaiting_rating_minutes",
]
SPREADS = [
    f"{code}_b{bucket:03}"
    for code in ("closed", "verified", "finished_unit")
    for bucket in range(101)
]


def _key():
    places = ("category_id", "department_id", "grid_id")
    return [
        (
            "pk",
            models.CompositePrimaryKey(
                "cube",
                "period",
                *places,
                blank=True,
                editable=False,
                primary_key=True,
                serialize=False,
            ),
        ),
        ("cube", models.SmallIntegerField(verbose_name="汇总方式")),
        ("period", models.DateField(verbose_name="日期")),
        ("category_id", models.IntegerField(verbose_name="事项分类")),
        ("department_id", models.IntegerField(verbose_name="部门")),
        ("grid_id", models.IntegerField(verbose_name="网格")),
    ]


class Migration(migrations.Migration):
    dependencies = [
        ("dispatch", "0022_summary_vocabulary"),
    ]

    operations = [
        migrations.DeleteModel(name="Tally"),
        migrations.CreateModel(
            name="Rollup",
            fields=[
                *_key(),
                *((name, models.IntegerField(null=True)) for name in COUNTS),
                *((name, models.BigIntegerField(null=True)) for name in MINUTES),
            ],
            options={"verbose_name": "统计", "verbose_name_plural": "统计", "abstract": False},
        ),
        migrations.CreateModel(
            name="RollupSpread",
            fields=[*_key(), *((name, models.IntegerField(null=True)) for name in SPREADS)],
            options={
                "verbose_name": "用时分布",
                "verbose_name_plural": "用时分布",
                "abstract": False,
            },
        ),
        migrations.RemoveIndex(model_name="ticketevent", name="event_untallied"),
        migrations.RemoveField(model_name="ticketevent", name="tallied"),
        migrations.AddField(
            model_name="ticketevent",
            name="tallied",
            field=models.BooleanField(default=False, editable=False, verbose_name="已统计"),
        ),
        migrations.AddIndex(
            model_name="ticketevent",
            index=models.Index(
                condition=models.Q(("tallied", False)), fields=["id"], name="event_untallied"
            ),
        ),
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(
                condition=models.Q(("parent__isnull", True), ("placed", True)),
                fields=["category", "opened_at", "lat", "lng"],
                name="ticket_repeats",
            ),
        ),
    ]
