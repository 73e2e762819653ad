"""The timing diagrams of docs/ports.md, recorded from a small core's simulation.

`python -m hwgen.core.port_diagrams` writes `docs/ports/NAME.json`, WaveDrom's text, and `NAME.svg`.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from amaranth.hdl import ClockDomain, Module, Value
from amaranth.sim import Simulator

from hwgen.core.design import CoreDesign
from hwgen.core.network import NetworkCore
from software_ref.console.atomic_file import atomic_file
from software_ref.network import Network

__all__ = ["FOLDER", "diagrams", "picture"]

FOLDER = Path(__file__).parents[2] / "docs" / "ports"
"""Where they are."""
NETWORK = Network(layers=(4, 2), out_degree=(1,), parallelism=(2,))
STREAMS = ("samples", "predictions", "parameter_requests", "parameter_values")
SHOWN = 3
"""Clocks that are shown of more that are alike."""

Clock = dict[str, Any]
"""What every port shows in one clock; payloads as labels."""


class _Offer:
    """Words for a stream into the core: fields, label, and clocks to wait before each."""

    def __init__(self, port: Any, words: Sequence[tuple[dict[str, int], str, int]]):
        self.port, self.words = port, list(words)

    def drive(self, ctx: Any) -> str:
        """Offer the next word if it is time, and return its label."""
        if not self.words:
            ctx.set(self.port.valid, 0)
            return ""
        fields, label, wait = self.words[0]
        ctx.set(self.port.valid, wait == 0)
        if wait:
            self.words[0] = (fields, label, wait - 1)
            return ""
        for name, value in fields.items():
            ctx.set(Value.cast(self.port.payload[name]), value)
        return label


def _offers(core: NetworkCore) -> tuple[_Offer, _Offer]:
    """Two samples, and a read, a write and a refused read."""
    header = {"label": 1, "train": 1, "rate_exponent": 0}
    samples = [
        ({"features": 30 * beat, **header}, f"{sample}{beat}", wait)
        for sample, waits in (("a", (3, 0, 2, 0)), ("b", (0, 0, 0, 0)))
        for beat, wait in enumerate(waits)
    ]
    place = {"junction": 0, "bias": 0, "row": 0, "lane": 1}
    requests = [
        ({"write": 0, **place, "data": 0}, "read", 1),
        ({"write": 1, **place, "data": 77}, "write 77", 0),
        ({"write": 0, **place, "bias": 1, "data": 0}, "no bias there", 0),
    ]
    return _Offer(core.samples, samples), _Offer(core.parameter_requests, requests)


def _record() -> list[Clock]:
    """A reset, two samples of four beats, a drain, and three accesses, clock by clock."""
    core, top = CoreDesign(network=NETWORK).core, Module()
    top.domains.sync = domain = ClockDomain()  # its reset is the Verilog's `rst`
    top.submodules.core = core
    samples, requests = _offers(core)
    record: list[Clock] = []

    async def bench(ctx: Any) -> None:
        drained, held, answers = False, 3, 0
        while answers < 3:
            clock: Clock = {"rst": int(len(record) == 1)}
            ctx.set(domain.rst, clock["rst"])
            clock["samples"] = samples.drive(ctx)
            clock["parameter_requests"] = requests.drive(ctx) if drained else ""
            clock["drain"] = int(not samples.words and not drained)
            ctx.set(core.drain, clock["drain"])
            predicted = ctx.get(core.predictions.valid)
            ctx.set(core.predictions.ready, not (predicted and held))
            held -= predicted and held > 0
            ctx.set(core.parameter_values.ready, 1)
            for name in STREAMS:
                for part in ("valid", "ready"):
                    clock[f"{name}__{part}"] = ctx.get(getattr(getattr(core, name), part))
            clock["busy"], clock["steps"] = ctx.get(core.busy), ctx.get(core.steps)
            clock["predictions"] = f"tag {ctx.get(core.predictions.payload.tag)}"
            answer = ctx.get(core.parameter_values.payload)
            clock["parameter_values"] = "error" if answer.error else f"{answer.value}"
            for offer, name in ((samples, "samples"), (requests, "parameter_requests")):
                if clock[f"{name}__valid"] and clock[f"{name}__ready"]:
                    offer.words.pop(0)
            answers += clock["parameter_values__valid"]
            drained |= bool(clock["drain"] and clock["steps"] > 2 and not clock["busy"])
            record.append(clock)
            await ctx.tick()
        record.append(record[-1] | {"parameter_values__valid": 0, "busy": ctx.get(core.busy)})

    simulation = Simulator(top)
    simulation.add_clock(1e-6)
    simulation.add_testbench(bench)
    simulation.run()
    return record


def diagrams() -> dict[str, str]:
    """WaveDrom's text of each diagram, by name."""
    record = _record()

    def first(name: str, value: int = 1, *, start: int = 0) -> int:
        return next(n for n in range(start, len(record)) if record[n][name] == value)

    drain = first("drain")
    drained = first("drain", 0, start=drain)
    predicted = first("predictions__valid")
    asked = first("parameter_requests__valid")
    stop = first("predictions__valid", 0, start=predicted)
    windows = {
        "samples": (0, drain + 2, ("rst", "samples", "steps", "busy")),
        "predictions": (predicted - 1, stop + 2, ("predictions", "steps")),
        "drain": (drain - 2, drained + 2, ("samples", "drain", "predictions", "steps", "busy")),
        "parameters": (
            asked - 1,
            len(record),
            ("parameter_requests", "parameter_values", "busy"),
        ),
    }
    return {name: _text(record[start:end], ports) for name, (start, end, ports) in windows.items()}


def _text(record: Sequence[Clock], ports: Sequence[str]) -> str:
    """The lanes of some ports; of many clocks that are alike, a gap stands for those between."""
    names = [
        name
        for port in ports
        for name in ([f"{port}__valid", f"{port}__ready", port] if port in STREAMS else [port])
    ]
    columns = [[_shown(clock, name) for name in names] for clock in record]
    kept = list(_kept(columns))
    lanes: list[dict[str, Any]] = [
        {"name": "clk", "wave": "p" + "".join("|" if n is None else "." for n in kept[1:])}
    ]
    for place, name in enumerate(names):
        wave, labels, before = "", [], None
        for number in kept:
            if number is None:
                wave += "|"
                continue
            value = columns[number][place]
            taken = name in STREAMS and number > 0 and _transfers(record[number - 1], name)
            if value == before and not (taken and value):
                wave += "."
            elif isinstance(value, str) and value:
                wave += "="
                labels.append(value)
            else:
                wave += str(value) or "x"
            before = value
        payload = {"name": f"{name}__payload" if name in STREAMS else name, "wave": wave}
        lanes.append(payload | ({"data": labels} if labels else {}))
    body = ",\n".join(f"  {json.dumps(lane)}" for lane in lanes)
    return f'{{"signal": [\n{body}\n]}}\n'


def _shown(clock: Clock, name: str) -> str | int:
    """What a lane shows: a bit, a label, or "" where a payload does not count."""
    if name in STREAMS:
        return str(clock[name]) if clock[f"{name}__valid"] else ""
    return str(clock[name]) if name == "steps" else int(clock[name])


def _transfers(clock: Clock, name: str) -> bool:
    return bool(clock[f"{name}__valid"] and clock[f"{name}__ready"])


def _kept(columns: Sequence[object]) -> Iterator[int | None]:
    """Clocks that are shown, and None for a gap."""
    start = 0
    while start < len(columns):
        end = start
        while end < len(columns) and columns[end] == columns[start]:
            end += 1
        if end - start > SHOWN + 1:
            yield from (*range(start, start + SHOWN - 1), None, end - 1)
        else:
            yield from range(start, end)
        start = end


def picture(text: str) -> str:
    """WaveDrom's text as SVG."""
    import wavedrom

    source = json.loads(text)
    for lane in source["signal"]:
        lane["name"] = f"  {lane['name']}"  # or long names would be cut off at the left
    drawn: str = wavedrom.render(json.dumps(source)).tostring()
    return drawn + "\n"


def main() -> None:
    """Write them all."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    for name, text in diagrams().items():
        for path, content in ((f"{name}.json", text), (f"{name}.svg", picture(text))):
            with atomic_file(FOLDER / path) as unfinished:
                unfinished.write_text(content, encoding="utf-8")


if __name__ == "__main__":
    main()
