"""One process of the wire by itself, also on another machine."""

import typer

from dateline.cli.home import HomeOption, use_home


def _app(name: str, about: str) -> typer.Typer:
    app = typer.Typer(add_completion=False, help=about)

    @app.command(help=about)
    def run(
        home: HomeOption = None,
        port: int | None = typer.Option(None, help="Port, where the process has one."),
    ) -> None:
        use_home(home, port=port)
        from dateline.cli.processes import RUNNERS

        RUNNERS[name]()

    return app


web = _app("web", "Run the web process alone: faces and API.")
clock = _app("clock", "Run the clock alone: it lifts what is due.")
work = _app("work", "Run the outbox jobs alone.")
publish = _app("publish", "Copy the wire log to NATS, for edges that follow it there.")
