"""The outbox: the only writer to LINE's send endpoints.

A feature puts rows (`put`), a worker's lane claims them, renders them, stores each request with its retry key, calls
LINE outside any transaction and writes the outcome down. Whatever dies on the way is found again by its lease.
"""

from lstep_lite.engine.deliveries.outbox import cancel, cancel_waiting, on_put, put, put_many, retry

__all__ = ["cancel", "cancel_waiting", "on_put", "put", "put_many", "retry"]
