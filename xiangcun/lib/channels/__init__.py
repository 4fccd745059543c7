"""Ways out of the house: a robot in a chat group, a mailbox. One interface, one error.

A channel sends one :class:`Message` or raises :class:`SendError`; it keeps no state and retries
nothing: when to try again is the outbox's business.
"""

from xiangcun.lib.channels.base import Channel, Message, SendError

__all__ = ["Channel", "Message", "SendError"]
