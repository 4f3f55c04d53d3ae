"""`dateline bench translate`: what the pipeline adds to its engines. The same texts go to the same engine
once through slots, limits, checks of every block and of the edition, and once bare; Apertium and fxtranslate
are real, the others are a server that speaks their protocol and takes as long as was said.
"""

import asyncio
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from dateline.bench.figures import Figure, Row
from dateline.bench.gate_text import long_stories
from dateline.bench.translate_peers import Bare, apertium, firefox, session_cpu_s, stub
from dateline.bench.wire import machine
from dateline.core.errors import BadInput
from dateline.core.languages import Language
from dateline.core.words import Finding, Story
from dateline.languages import services as languages
from dateline.testing import apertium_server, firefox_model
from dateline.testing.apertium_server import ApertiumServer
from dateline.testing.engine_stub import EngineStub

PROTOCOLS: Final = ("openai", "libretranslate", "deepl", "google")
ENGINES: Final = ("apertium", "firefox", *PROTOCOLS)


@dataclass
class Case:
    """One engine and one pair. `engine_cpu_s`: what the engine's processes have used, None where it runs in
    this process or pretends.
    """

    name: str
    source: str
    target: str
    settings: dict[str, Any]
    bare: Bare
    peer: str
    engine_cpu_s: Callable[[], float] | None = None
    real: bool = True
    texts: list[list[str]] = field(default_factory=list)


def run(
    *, engines: Sequence[str] = ENGINES, words: int = 500, rounds: int = 5, delay_ms: int = 500
) -> dict[str, Any]:
    """`{"bench", "machine", "rounds", "rows"}`; `ratio` is ours divided by the bare engine's of that round.

    Raises BadInput for an engine that is not one of ENGINES, or a real one that is not installed.
    """
    if unknown := [name for name in engines if name not in ENGINES]:
        raise BadInput(f"'{unknown[0]}' is none of {', '.join(ENGINES)}", where="--engine")
    stories = long_stories(words)
    rows: list[Row] = []
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        for name in engines:
            for case in stack.enter_context(_cases(name, folder, delay_ms / 1000)):
                rows += _measured(case, stories[case.source], words, rounds)
    return {"bench": "translate", "machine": machine(), "rounds": rounds, "rows": rows}


@contextmanager
def _cases(name: str, folder: Path, delay_s: float) -> Iterator[list[Case]]:
    if name == "apertium":
        with _apertium(folder) as server:
            pairs = (("en", "es"), ("id", "ms"), ("fr", "es"))
            given = {"kind": "apertium", "url": server.url, "local": True}
            yield [
                Case(
                    "Apertium", source, target, given, apertium(server.url, source, target),
                    f"apertium-apy asked by httpx ({apertium_server.version()})",
                    lambda: session_cpu_s(server.process.pid),
                )
                for source, target in pairs
            ]  # fmt: skip
    elif name == "firefox":
        model = _model()
        given = {"kind": "firefox", "folder": str(model), "pairs": ("en>pt-BR",)}
        bare, peer = firefox(model)
        yield [Case("fxtranslate", "en", "pt-BR", given, bare, peer)]
    else:
        with EngineStub(delay_s=delay_s) as server:
            key = folder / "key"
            key.write_text("bench", encoding="utf-8")
            given = {"kind": name, "url": server.url, "model": "stub", "key_file": str(key)}
            said = f"the same requests by httpx, {delay_s * 1000:.0f} ms each"
            yield [Case(f"{name} protocol", "en", "id", given, stub(server), said, real=False)]


@contextmanager
def _apertium(folder: Path) -> Iterator[ApertiumServer]:
    if not apertium_server.installed():
        raise BadInput(
            f"needs Apertium: apt-get install {apertium_server.PACKAGES}", where="--engine apertium"
        )
    with ApertiumServer(folder / "apertium") as server:
        yield server


def _model() -> Path:
    if not (firefox_model.FOLDER / "model.enpt.intgemm.alphas.bin").is_file():
        raise BadInput("needs the model: scripts/fetch_test_model.py", where="--engine firefox")
    return firefox_model.FOLDER


# --- measuring --------------------------------------------------------------------------------------------


def _measured(case: Case, story: Story, words: int, rounds: int) -> list[Row]:
    _through(case, story, note=True)  # loads models, opens pipelines, learns which texts are sent
    case.bare(case.texts)
    ours, unjudged, bare = [], [], []
    for _ in range(rounds):
        ours.append(_through(case, story))
        unjudged.append(_through(case, story, judging=False))
        bare.append(_timed(case, lambda: case.bare(case.texts)))
    title = f"{case.name}, {case.source} to {case.target}, {words} words"
    wall = (case.peer, _figure(bare, "wall_s"))
    rows = [
        _figure(ours, "wall_s").row(title, "wall", wall),
        _figure(unjudged, "wall_s").row(title, "wall without the checks", wall),
    ]
    if case.real:
        cpu = (case.peer, _figure(bare, "all_cpu_s"))
        rows += [
            _figure(ours, "all_cpu_s").row(title, "CPU, engine's and ours", cpu),
            _figure(unjudged, "all_cpu_s").row(title, "CPU, engine's and ours without the checks", cpu),
        ]
    added = [a.cpu_s - b.cpu_s for a, b in zip(ours, bare, strict=True)]
    rows.append(Figure("ms", [s * 1000 for s in added]).row(title, "CPU that the pipeline adds"))
    return rows


def _figure(times: "Sequence[_Time]", name: str) -> Figure:
    return Figure("ms", [getattr(one, name) * 1000 for one in times])


@dataclass(frozen=True)
class _Time:
    wall_s: float
    cpu_s: float
    engine_s: float

    @property
    def all_cpu_s(self) -> float:
        """Of this process and of the engine's."""
        return self.cpu_s + self.engine_s


def _timed(case: Case, act: Callable[[], object]) -> _Time:
    engine = case.engine_cpu_s() if case.engine_cpu_s else 0.0
    wall, cpu = time.perf_counter(), time.process_time()
    act()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    return _Time(wall, cpu, (case.engine_cpu_s() if case.engine_cpu_s else 0.0) - engine)


def _through(case: Case, story: Story, *, note: bool = False, judging: bool = True) -> _Time:
    """One release through the pipeline; `note` keeps the texts that the engine was sent, batch by batch;
    without `judging` no check is run.
    """
    found = languages.pipeline.engines_from(
        {"engine": {"bench": case.settings}, "route": [{"engines": ["bench"]}]}, "bench"
    )

    def make(settings: Any, clock: Any) -> Any:
        engine: Any = languages.pipeline.engine_of(settings, clock)
        if note:
            ask = engine.ask

            async def noted(texts: Sequence[str], *more: Any) -> Any:
                case.texts.append(list(texts))
                return await ask(texts, *more)

            engine.ask = noted
        return engine

    house = languages.pipeline.House(found, _gate(judging=judging), make=make)
    wish = languages.pipeline.Wish(story, Language(case.target), languages.pipeline.Exposure(public=True))
    made: list[Any] = []
    time_ = _timed(case, lambda: made.extend(asyncio.run(languages.pipeline.translate_all([wish], house))))
    if made[0].story is None:
        raise BadInput(f"no edition came of it: {'; '.join(made[0].said)}", where=case.name)
    return time_


def _gate(*, judging: bool) -> Any:
    """The real gate, which looks at every block and at the edition; what it says refuses nothing here, so
    that every round does all of the work whatever the engine's quality.
    """
    real = languages.pipeline.Gate()

    def segment(*given: Any) -> tuple[Finding, ...]:
        if judging:
            real.segment(*given)
        return ()

    def edition(*given: Any) -> tuple[Finding, ...]:
        return real.story(*given) if judging else ()

    return languages.pipeline.Gate(segment, edition)
