"""In the companion: queues that several consumers read at once.

moto's SQS takes no lock where it hands out and deletes: two consumers may get one message, and a message sent while another is deleted may be lost. A poll of
a FIFO queue that waits sees neither groups that have become free nor anything but a spinning loop. Here every change of a queue is made under one lock, and
who waits is woken by a change, or when the next message becomes visible. Receiving and deleting take a time that does not grow with the square of what waits.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable
from typing import Any

_LOCK = threading.RLock()
_SEQUENCE = itertools.count(18_849_496_460_467_696_128, 256)
"""Of FIFO queues' messages: 20 digits that only grow (SQS API Reference, SendMessage). moto draws its own by chance, or has none."""


def join_queues() -> None:
    """Puts the lock around moto's own queues, in this process."""
    import moto.sqs.models as sqs
    from moto.core.utils import unix_time, unix_time_millis

    queue_class, backend_class = sqs.Queue, sqs.SQSBackend
    plain_init, plain_add, plain_delete = queue_class.__init__, queue_class.add_message, queue_class.delete_message
    plain_receive, plain_visibility, plain_removal = backend_class.receive_message, backend_class.change_message_visibility, backend_class.delete_queue

    def init(self: Any, *given: Any, **more: Any) -> None:
        plain_init(self, *given, **more)
        self._messages_lock = threading.Condition(_LOCK)

    def add_message(self: Any, message: Any) -> None:
        with _LOCK:
            if self.fifo_queue:
                message.sequence_number = str(next(_SEQUENCE))
            plain_add(self, message)

    def delete_message(self: Any, receipt_handle: str) -> None:
        with self._messages_lock:
            found = next((message for message in self._messages if message.receipt_handle == receipt_handle), None)
            if found is None:
                plain_delete(self, receipt_handle)
            else:
                self._messages.remove(found)
                self.pending_messages.discard(found)
                self.deleted_messages.update(found.all_receipt_handles)
            self._messages_lock.notify_all()

    def change_message_visibility(self: Any, queue_name: str, *given: Any, **more: Any) -> None:
        queue = self.get_queue(queue_name)
        with queue._messages_lock:
            plain_visibility(self, queue_name, *given, **more)
            queue._messages_lock.notify_all()

    def receive_message(self: Any, queue_name: str, count: int, wait_seconds_timeout: int, *given: Any, **more: Any) -> list[Any]:
        ending = unix_time() + wait_seconds_timeout
        while True:
            queue = self.get_queue(queue_name)
            with queue._messages_lock:
                asked_at = unix_time()
                found: list[Any] = plain_receive(self, queue_name, count, 0, *given, **more)
                if found:
                    _hide_until_one_moment(found)
                if found or asked_at >= ending:
                    return found
                queue._messages_lock.wait(max(min(ending, _next_visible(queue, asked_at, ending)) - unix_time(), 0.0))

    def delete_queue(self: Any, queue_name: str) -> None:
        queue = self.get_queue(queue_name)
        with queue._messages_lock:
            plain_removal(self, queue_name)
            queue._messages_lock.notify_all()

    queue_class.__init__, queue_class.add_message, queue_class.delete_message = init, add_message, delete_message
    backend_class.receive_message, backend_class.change_message_visibility = receive_message, change_message_visibility
    backend_class.delete_queue = delete_queue
    _count_quickly(queue_class, backend_class, unix_time_millis)


def _hide_until_one_moment(found: list[Any]) -> None:
    """What was handed out together is seen again together; moto reads the clock for each message, and a poll would find a part of them."""
    moment = max(message.visible_at for message in found)
    for message in found:
        message.visible_at = moment


def _count_quickly(queue_class: Any, backend_class: Any, now_ms: Callable[[], float]) -> None:
    """What moto asks of each message, and each time of the clock, is asked of all at one moment."""

    def visible(queue: Any) -> list[Any]:
        now = now_ms()
        return [message for message in queue._messages if message.visible_at < now and message.delayed_until <= now]

    def hidden(queue: Any) -> int:
        now = now_ms()
        return sum(message.visible_at >= now for message in queue._messages)

    def delayed(queue: Any) -> int:
        now = now_ms()
        return sum(message.delayed_until > now for message in queue._messages)

    def is_retained(backend: Any, queue_name: str, message: Any) -> bool:
        return bool(backend.get_queue(queue_name).message_retention_period * 1e3 + message.sent_timestamp > now_ms())

    backend_class.is_message_valid_based_on_retention_period = is_retained
    queue_class.messages = property(visible)
    queue_class.approximate_number_of_messages_not_visible = property(hidden)
    queue_class.approximate_number_of_messages_delayed = property(delayed)


def _next_visible(queue: Any, now: float, ending: float) -> float:
    """When the next message of the queue turns visible that was not so at ``now``; one that was, and was not given, waits for another's end."""
    due = (max(message.visible_at, message.delayed_until) / 1e3 for message in queue._messages)
    return min((moment for moment in due if moment > now), default=ending) + 0.002
