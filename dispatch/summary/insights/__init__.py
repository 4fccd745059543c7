"""What the figures say of themselves: rising, repeating, slow, soon late; one sentence each."""

from dispatch.summary.insights.current import InsightView, Link, current

__all__ = ["InsightView", "Link", "current"]
