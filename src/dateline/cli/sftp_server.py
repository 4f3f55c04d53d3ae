"""`dateline sftp-server`: a read-only SFTP server with a folder for each outlet that fetches."""

import asyncio
import threading

import structlog
import typer

from dateline.cli.home import HomeOption, use_home
from dateline.core.errors import Unavailable

app = typer.Typer(add_completion=False)
log = structlog.get_logger("cli.sftp")

_STOP_POLL_S = 0.1


@app.callback(invoke_without_command=True)
def serve(
    host: str = typer.Option("", help="Address to listen on; default DATELINE_SFTP_HOST."),
    port: int = typer.Option(-1, help="Port to listen on, 0 = any; default DATELINE_SFTP_PORT."),
    home: HomeOption = None,
) -> None:
    """Show each outlet the folder of its name below HOME/drops. Runs until a signal."""
    from dateline.cli.processes import stop_on_signals
    from dateline.plant.logs import configure_logs

    settings = use_home(home)
    configure_logs(settings, process="sftp")
    stop = stop_on_signals()
    asyncio.run(_run(stop, host or settings.sftp_host, settings.sftp_port if port < 0 else port))


async def _run(stop: threading.Event, host: str, port: int) -> None:
    from dateline.channels.sftp.admission import Limits
    from dateline.channels.sftp.serving import PickUps, host_key
    from dateline.plant.settings import get_settings

    settings = get_settings()
    limits = Limits(
        connections=settings.sftp_connections,
        per_source=settings.sftp_connections_per_source,
        failures=settings.sftp_failed_sign_ins,
    )
    server = PickUps(settings.home, keep_days=settings.sftp_keep_days, limits=limits)
    try:
        taken = await server.start(host, port)
    except OSError as error:
        raise Unavailable(f"cannot listen on {host} port {port}: {error.strerror}; choose another") from None
    log.info("channel.pick_ups_ready", host=host, port=taken)
    where = f"[{host}]:{taken}" if taken != 22 else host
    typer.echo(f"ready sftp://NAME@{host}:{taken}/")
    key = host_key(settings.home).export_public_key().decode().strip()
    typer.echo(f"its key, for the outlets' known_hosts: {where} {key}")
    try:
        while not stop.is_set():  # noqa: ASYNC110 - the event belongs to the signal handler
            await asyncio.sleep(_STOP_POLL_S)
    finally:
        await server.stop()
