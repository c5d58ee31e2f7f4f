"""Which events show that a message has reached its aim: an answer, a purchase. Used by shards and the worker."""

from __future__ import annotations

from datetime import timedelta

REPLIED, BOUGHT = "replied", "bought"
# Event type → what it says of the messages before it.
AIMS = {"message_received": REPLIED, "order_approved": BOUGHT}
REPLY_WITHIN = timedelta(hours=72)  # after the message was accepted
BOUGHT_WITHIN = timedelta(days=7)  # after the message was made
MADE_WITHIN = timedelta(days=14)  # how long before its acceptance a message may have been made
MOST_ANSWERED = 50  # messages that one answer can be an answer to
