"""What the tests of dask ask its scheduler."""

from tests.waiting import wait_for


def at_work(client) -> dict[str, tuple]:
    """Return the tasks of the workers that have any, once there are some."""
    return wait_for(lambda: {worker: keys for worker, keys in client.processing().items() if keys})


def wait_until_empty(client) -> None:
    """Wait until the scheduler knows of no task or data any more."""
    wait_for(lambda: not client.run_on_scheduler(lambda dask_scheduler: len(dask_scheduler.tasks)))
