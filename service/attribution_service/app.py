"""Putting a server together, running it, and running one in the background."""

import asyncio
import contextlib
import gc
import signal
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace

import structlog

from attribution_service.clock import Clock, SystemClock
from attribution_service.config import ServerSettings, is_postgres, shown_store, sqlite_path
from attribution_service.pipeline.engine import Engine
from attribution_service.pipeline.pipeline import Pipeline
from attribution_service.pipeline.retention import Retention
from attribution_service.pipeline.store_watch import StoreWatch
from attribution_service.storage.interface import Store, StoreUnavailableError
from attribution_service.storage.postgres import open_postgres
from attribution_service.storage.sqlite import open_sqlite
from attribution_service.transport.server import GrpcServer

log = structlog.get_logger()

_START_SECONDS = 60.0
_OBJECTS_A_COLLECTION = 20_000


def open_store(settings: ServerSettings) -> Store:
    """The store of the settings. Raises SettingsError or StoreSetupError."""
    if is_postgres(settings.store_url):
        return open_postgres(settings.store_url, migrate=settings.migrate)
    return open_sqlite(sqlite_path(settings.store_url), migrate=settings.migrate)


async def run(
    settings: ServerSettings,
    *,
    clock: Clock,
    started: Callable[[str], None],
    stop: Callable[[], Awaitable[object]],
) -> None:
    """Serve until `stop` returns, then drain: health says so, and calls in flight finish.

    `started` is called with the address (`host:port`) once calls are answered. Raises
    SettingsError, StoreSetupError, or OSError if the address cannot be listened on.
    """
    store = open_store(settings)
    try:
        retention = Retention(store, settings.retention) if settings.retention.is_on else None
        engine = Engine(store)
        pipeline = Pipeline(engine, clock, settings.pipeline, retention)
        try:
            server = GrpcServer(pipeline, store, settings.transport)
            # Of a store that may be away, the watch says whether it is there.
            port = await server.start(settings.address, serving=not store.shared)
            host = settings.address.rpartition(":")[0]
            try:
                async with _watched(store, pipeline, server):
                    started(f"{host}:{port}")
                    await stop()
            finally:
                await server.drain(settings.drain_seconds)
        finally:
            await pipeline.close()
            engine.close()
    finally:
        store.close()


@asynccontextmanager
async def _watched(store: Store, pipeline: Pipeline, server: GrpcServer) -> AsyncIterator[None]:
    """Tell pipeline and health whether the store answers, if it is one that may be away."""

    async def tell(fault: StoreUnavailableError | None) -> None:
        pipeline.store_answers(fault)
        await server.store_answers(answers=fault is None)

    if not store.shared:
        yield
        return
    watch = StoreWatch(store, tell, pipeline.conversions.tell)
    await watch.look()
    watching = asyncio.create_task(watch.run())
    try:
        yield
    finally:
        watching.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await watching


def serve(settings: ServerSettings) -> None:
    """Serve until the process is told to stop by SIGTERM or SIGINT. Raises what `run` raises."""

    async def main() -> None:
        told = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, told.set)

        async def stop() -> None:
            await told.wait()
            log.info("draining", seconds=settings.drain_seconds)

        def started(address: str) -> None:
            _spare_collector()
            log.info("serving", address=address, store=shown_store(settings.store_url))

        await run(settings, clock=SystemClock(), started=started, stop=stop)
        log.info("stopped")

    asyncio.run(main())


def _spare_collector() -> None:
    """Keep the garbage collector from looking again and again at what stays.

    All campaigns are loaded by now, and would be gone through in the middle of calls. A batch makes
    thousands of objects that all go with it: with Python's own threshold of 700 the collector would
    run many times in each, and find nothing.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_OBJECTS_A_COLLECTION)


@contextmanager
def background(settings: ServerSettings, clock: Clock) -> Iterator[str]:
    """A server in a thread of its own, on a free port of the loopback; gives its address.

    For the demo, scenarios and tests, which move the clock; leaving the block drains the server.
    """
    ready: list[str] = []
    faults: list[BaseException] = []
    changed = threading.Event()
    loop = asyncio.new_event_loop()
    told = asyncio.Event()

    def started(address: str) -> None:
        ready.append(address)
        changed.set()

    def work() -> None:
        local = replace(settings, address="127.0.0.1:0")
        try:
            loop.run_until_complete(run(local, clock=clock, started=started, stop=told.wait))
        except BaseException as fault:  # noqa: BLE001  raised in the other thread
            faults.append(fault)
        finally:
            changed.set()
            loop.run_until_complete(loop.shutdown_default_executor())
            loop.close()

    thread = threading.Thread(target=work, name="server")
    thread.start()
    try:
        if not changed.wait(_START_SECONDS):
            raise TimeoutError(f"the server did not start within {_START_SECONDS:g} s")
        if faults:
            raise faults[0]
        yield ready[0]
    finally:
        with contextlib.suppress(RuntimeError):  # it has ended already
            loop.call_soon_threadsafe(told.set)
        thread.join()
    if faults:
        raise faults[0]
