"""The theme's own English words in Chinese; it ships no translation."""

from __future__ import annotations

from django.utils.translation import trans_real

WORDS = {
    " By %(filter_title)s ": " %(filter_title)s ",
    " By {{ filter_title }} ": "",
    "Add new item": "新增",
    "Add row": "添加一行",
    "After you've created a user, you’ll be able to edit more user options.": "建立账号后可继续填写岗位。",
    "All applications": "全部功能",
    "Apply Filters": "筛选",
    "Cancel": "取消",
    "Choose file to upload": "选择文件",
    "Click to cancel": "取消",
    "Click to download": "下载",
    "Collapse": "收起",
    "Current file": "当前文件",
    "Dark": "深色",
    "Light": "浅色",
    "System": "跟随系统",
    "Date": "日期",
    "Date from": "起始日期",
    "Date to": "截止日期",
    "Edit": "编辑",
    "Expand row": "展开",
    "True": "是",
    "False": "否",
    "Filters": "筛选",
    "From": "从",
    "To": "到",
    "General": "基本信息",
    "Go back": "返回",
    "Loading more results...": "正在载入…",
    "More actions": "更多",
    "New": "新增",
    "Next": "下一页",
    "Previous": "上一页",
    "No data": "没有数据",
    "No recent searches": "没有最近搜索",
    "No results found": "没有记录",
    "No results matching your query": "没有符合条件的记录",
    "Not enough data.": "数据不足",
    "Raw passwords are not stored, so there is no way to see this ": "密码只存校验值，无法查看",
    "Recent searches": "最近搜索",
    "Reset filters": "清除筛选",
    "Clear all filters": "清除筛选",
    "Return to site": "返回首页",
    "Run": "执行",
    "Search apps and models...": "搜索功能…",
    "Select action": "批量操作",
    "Select action to run": "选择批量操作",
    "Select all rows": "全选",
    "Select record": "选择此行",
    "Select value": "请选择",
    "Submit": "提交",
    "This item will be deleted.": "将删除此项。",
    "This page yielded into no results. Create a new item or reset your filters.": "这里没有记录，可清除筛选后再看。",
    "Toggle password visibility": "显示或隐藏密码",
    "Type to search": "输入以搜索",
    "Unknown": "未知",
    "Value": "值",
    "Welcome back to": "欢迎使用",
    "You have been successfully logged out from the administration": "您已安全退出",
}


def teach_words() -> None:
    """Add the words to Django's own Chinese catalogue.

    Gettext has no public way to add a message; a ``.po`` file for one theme's forty words would need
    a compiler at build time.
    """
    catalogue = trans_real.translation("zh-hans")._catalog  # type: ignore[attr-defined]  # noqa: SLF001
    for source, chinese in WORDS.items():
        catalogue[source] = chinese
