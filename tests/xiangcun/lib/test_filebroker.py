"""The embedded broker, with real files."""

from pathlib import Path

from kombu import Connection, Queue

from xiangcun.lib.filebroker import Transport, broker_options

# kombu remembers for the whole process which queues it has bound, whatever their folder.
QUEUE = "filebroker-test"


def connect(folder: Path) -> Connection:
    return Connection(transport=Transport, transport_options=broker_options(folder))


def test_it_works(tmp_path: Path) -> None:
    with connect(tmp_path) as connection:
        queue = connection.SimpleQueue(QUEUE)
        for number in range(5):
            queue.put({"number": number})
        assert queue.qsize() == 5
    with connect(tmp_path) as connection:
        queue = connection.SimpleQueue(QUEUE)
        messages = [queue.get(timeout=2) for _ in range(5)]
        assert [message.payload["number"] for message in messages] == [0, 1, 2, 3, 4]
        for message in messages:
            message.ack()
        queue.close()


def test_it_shows_no_message_before_it_is_whole(tmp_path: Path) -> None:
    with connect(tmp_path) as connection:
        producer = connection.Producer()
        producer.publish({"text": "x" * 100_000}, routing_key="default", declare=[Queue("default")])
    (message,) = (tmp_path / "queue").iterdir()
    assert message.name.endswith(".default.msg")
