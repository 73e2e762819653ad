"""The board's logic: core, sample store, run control, host link, display and buttons.

rx --> frames --> dispatcher --+-- state
tx <-- frames <--'             +-- store writer --> memory <--> sample store --> core --> records
                               +-- parameter access --(parameter port)--^ |
buttons ----------------------.+-- run commands --> runner (requests, drain)
display, LEDs <-- runner      '------------------^

With Morse frames of its own, `SampleSources` lies between runner, store and core, and the key's
unit beside the others; see docs/morse_live.md.
"""

from __future__ import annotations

from typing import Any

from amaranth.hdl import Cat, Module, Mux, Signal, Value
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from boards.design import MEMORY_PREFIX, TOP, BoardDesign
from boards.link.commands import ConfigurationFlag, State
from boards.link.dispatcher import Dispatcher
from boards.link.frame_receiver import FrameReceiver
from boards.link.frame_transmitter import FrameTransmitter
from boards.link.payloads import STATE
from boards.link.state_commands import StateCommands
from boards.memory.block_ram import BlockRamMemory
from boards.memory.linear import LinearMemory
from boards.morse.frame_source import FrameSource
from boards.morse.key_unit import KeyUnit
from boards.panel.button import BOUNCE_SECONDS, Button
from boards.panel.display import DIGITS, SEGMENTS, Display
from boards.panel.heard_text import CODE_BITS, HeardText
from boards.panel.lamps import Lamps
from boards.parameters.initial_parameters import InitialParameters
from boards.parameters.parameter_access import ParameterAccess
from boards.platforms.board import KEY
from boards.run.core_use import CoreUse
from boards.run.power_on import PowerOn
from boards.run.records import Records
from boards.run.run_commands import RunCommands
from boards.run.runner import Runner
from boards.run.sample_sources import SampleSources
from boards.store.sample_store import SampleStore
from boards.store.store_writer import StoreWriter
from boards.uart import UartReceiver, UartTransmitter
from hwgen.export.header import header
from hwgen.export.verilog import to_verilog

__all__ = ["BoardTop", "board_verilog", "buttons_of"]

BUTTONS = ("run", "pause", "reset")
_FROM_RECEIVER, _TO_RECEIVER = ("fault", "length", "byte"), ("release", "address")
"""Of a received frame, beside `waiting`."""


def buttons_of(design: BoardDesign) -> tuple[str, ...]:
    """The buttons that a build has."""
    return BUTTONS if design.morse is None else (*BUTTONS, KEY)


class BoardTop(wiring.Component):
    """All that is between a board's pins, whatever the board.

    The run button starts the run that the host configured last, or goes on after a pause; the pause
    button pauses it, and goes on; the reset button ends it and writes the initial parameters.

    Parameters
    ----------
    design
        The build.

    Members
    -------
    key_button : In(1)
        The same, where the board makes Morse frames.
    rx : In(1), tx : Out(1)
        The UART, idle high.
    run_button, pause_button, reset_button : In(1)
        High while pressed; from pins, neither synchronised nor debounced.
    leds : Out(design.leds)
        High for light; see Lamps.
    segments : Out(8), digits : Out(8)
        Seven-segment display, high for light: segments a to g and the point, digit 0 at the right.
        One digit is lit at a time.
    memory_... :
        What goes to the pads of a memory beside the FPGA: see its controller.
    """

    def __init__(self, design: BoardDesign):
        self.design = design
        pins = {} if design.external is None else design.external.pins
        super().__init__(
            {
                "rx": In(1),
                "tx": Out(1, init=1),
                **{f"{name}_button": In(1) for name in buttons_of(design)},
                "leds": Out(design.leds),
                "segments": Out(SEGMENTS),
                "digits": Out(DIGITS),
                **{f"{MEMORY_PREFIX}{name}": pin for name, pin in pins.items()},
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        design = self.design
        m.submodules.core = core = design.core.core
        m.submodules.store = store = SampleStore(
            design.core, design.store, writable=not design.read_only
        )
        m.submodules.memory = memory = self._memory(m, store)
        m.submodules.runner = runner = Runner(design)
        m.submodules.access = access = ParameterAccess(design)
        m.submodules.initial = initial = InitialParameters(design)
        m.submodules.run_commands = commands = RunCommands(design)
        m.submodules.store_writer = writer = StoreWriter(store.shape)
        m.submodules.state = state = StateCommands(design)
        m.submodules.records = records = Records(
            len(core.predictions.payload.prediction), len(runner.samples)
        )
        own = PowerOn(design, commands.commands) if design.read_only else None
        units = [state, writer, access, commands if own is None else own, records]
        key = KeyUnit(design) if design.morse is not None else None
        if key is not None:
            m.submodules.key = key
            units.append(key)
        traffic = self._link(m, units, own)
        pressed = self._buttons(m)

        # Samples: runner -> store -> core -> records.
        if own is None:
            wiring.connect(m, writer.writes, memory.writes)
        wiring.connect(m, store.reads, memory.reads)
        wiring.connect(m, memory.data, store.data)
        prediction, sample_taken = core.predictions, store.taken
        counted, hearing = prediction.valid, None
        if key is None:
            wiring.connect(m, runner.requests, store.requests)
            wiring.connect(m, store.samples, core.samples)
        else:
            sample_taken = self._sources(m, core, store, runner, key)
            hearing = runner.hearing
            counted = counted & ~hearing

        def with_key(others: Value) -> Value:
            """Or the key's letter."""
            return others if hearing is None else others | hearing

        # What all around the core looks at comes from registers. `busy` rises no later than the
        # runner knows that a sample was taken.
        busy, taken = Signal(), Signal()
        m.d.sync += [busy.eq(core.busy), taken.eq(sample_taken)]
        m.d.comb += [
            prediction.ready.eq(1),
            records.predicted.eq(counted),
            records.prediction.eq(prediction.payload.prediction),
            records.correct.eq(prediction.payload.correct),
            runner.prediction.eq(prediction.valid),
            runner.correct.eq(prediction.payload.correct),
            runner.taken.eq(taken),
            runner.core_busy.eq(busy),
            records.recorded.eq(runner.recorded),
            records.entry.epoch.eq(runner.epoch),
            records.entry.train.eq(runner.train_right),
            records.entry.tail.eq(runner.tail_right),
            records.entry.test.eq(runner.test_right),
            store.running.eq(runner.running),
            store.memory_idle.eq(memory.idle),
            *(getattr(store, name).eq(value) for name, value in self._check(writer, own).items()),
            writer.checking.eq(store.checking if own is None else store.checking | own.working),
            writer.damaged.eq(store.damaged),
            writer.running.eq(runner.running),
        ]

        # Back to the initial parameters: the run ends, the core drains, then they are written. So
        # it begins, too: not every tool puts initial contents into LUT memories (nextpnr does not).
        resetting, reset_begins = Signal(init=1), Signal()
        with m.If(pressed["reset"] | commands.reset_training):
            m.d.sync += resetting.eq(1)
        with m.Elif(reset_begins):
            m.d.sync += resetting.eq(0)
        still = ~runner.running & ~access.working & ~initial.working
        m.d.sync += [
            reset_begins.eq(resetting & still & ~with_key(busy) & ~reset_begins),
            core.drain.eq(runner.drain | (resetting & still)),
        ]
        m.d.comb += initial.start.eq(reset_begins)

        # Commands and buttons to the runner; where both come in one clock, the command counts.
        sealed = Signal()
        m.d.sync += sealed.eq(writer.seal != 0)
        there: Value = sealed
        occupied = access.working | initial.working | resetting
        stop_now, start = commands.stop_now | resetting, pressed["run"]
        if own is not None:
            self._power_on(
                m,
                own,
                commands=commands,
                memory=memory,
                store=store,
                writer=writer,
                runner=runner,
            )
            occupied, start = occupied | own.working, start | own.start
            stop_now = stop_now | store.damaged
        if key is not None:
            there = sealed | (commands.configuration.flags & ConfigurationFlag.GENERATED).any()
            m.d.comb += runner.occupied.eq(occupied)
        m.d.comb += [
            commands.running.eq(runner.running),
            commands.occupied.eq(with_key(occupied)),
            commands.busy.eq(with_key(busy | occupied)),
            commands.sealed.eq(there),
            commands.rate_entry.eq(runner.rate_entry),
            access.busy.eq(with_key(runner.running | busy | initial.working | resetting)),
            runner.rate.eq(commands.rate),
            runner.configuration.eq(commands.configuration),
            runner.played.eq(commands.played),
            runner.play.eq(commands.play),
            runner.start.eq(
                commands.start
                | start & ~runner.running & ~commands.busy & commands.configured & commands.sealed
            ),
            runner.stop_now.eq(stop_now),
            runner.stop_after_epoch.eq(commands.stop_after_epoch),
            runner.pause.eq(commands.pause | (pressed["pause"] & ~runner.paused)),
            runner.resume.eq(commands.resume | pressed["run"] | (pressed["pause"] & runner.paused)),
            runner.configured.eq(commands.new),
            runner.forget.eq(reset_begins),
        ]
        m.submodules.use = use = CoreUse()
        damaged = Signal(STATE["damaged"].bits)
        with m.If(store.damaged & ~damaged.all()):
            m.d.sync += damaged.eq(damaged + 1)
        m.d.comb += [
            use.playing.eq(runner.playing),
            use.ready.eq(core.samples.ready),
            use.valid.eq(core.samples.valid),
        ]
        self._parameters(m, core, access, initial)
        self._panel(m, runner, key, own, busy=busy, forget=reset_begins, traffic=traffic)
        flags = {
            State.RUNNING: runner.running,
            State.PAUSED: runner.paused,
            State.BUSY: busy,
            State.RESETTING: resetting | initial.working,
            State.CHECKING: store.checking,
            State.STARTING: ~memory.initialised,
        }
        if own is not None:
            flags[State.CHECKING] = store.checking | own.working
            flags |= {State.FOREIGN: own.foreign, State.WRONG: own.wrong}
        figures: dict[str, Value] = {
            "state": Cat(flags[flag] for flag in State if flag in flags),
            "seal": writer.seal,
            "epoch": runner.epoch,
            "end_epoch": commands.configuration.end_epoch,
            "samples": runner.samples,
            "right": runner.right,
            "predictions": runner.predictions,
            "epochs": records.epochs,
            "steps": core.steps,
            "clocks": runner.clocks,
            "timed": runner.timed,
            "crc": store.crc,
            "damaged": damaged,
            "worked": use.worked,
            "waited": use.waited,
        }
        m.d.comb += [
            *(state.state[name].eq(value) for name, value in figures.items()),
            state.saturations.eq(core.saturations),
        ]
        return m

    def _memory(self, m: Module, store: SampleStore) -> LinearMemory:
        """The memory of the samples; one beside the FPGA goes to the top's pins."""
        external = self.design.external
        if external is None:
            return BlockRamMemory(store.shape.memory)
        memory = external.memory(self.design.clock_hz)
        for name, member in external.pins.items():
            inside, outside = getattr(memory, name), getattr(self, f"{MEMORY_PREFIX}{name}")
            outward = member.flow is Out
            m.d.comb += outside.eq(inside) if outward else inside.eq(outside)
        return memory

    @staticmethod
    def _check(writer: StoreWriter, own: PowerOn | None) -> dict[str, Value]:
        """What the store computes a CRC of: what the host asks about, or the board itself."""
        names = ("check_first", "check_count")
        if own is None:
            return {name: getattr(writer, name) for name in ("check", *names)}
        return {"check": writer.check | own.check} | {
            name: Mux(own.working, getattr(own, name), getattr(writer, name)) for name in names
        }

    @staticmethod
    def _power_on(
        m: Module,
        own: PowerOn,
        *,
        commands: RunCommands,
        memory: LinearMemory,
        store: SampleStore,
        writer: StoreWriter,
        runner: Runner,
    ) -> None:
        """What the board does by itself: memory -> own -> run commands, seal, runner."""
        m.submodules.own = own
        wiring.connect(m, own.unit, commands.port)
        wiring.connect(m, own.bursts, store.head_bursts)
        wiring.connect(m, store.head_words, own.words)
        m.d.comb += [
            own.initialised.eq(memory.initialised),
            own.checking.eq(store.checking),
            own.crc.eq(store.crc),
            own.running.eq(runner.running),
            own.damaged.eq(store.damaged),
            own.right.eq(writer.sealed),
            writer.own.eq(own.sealed),
            writer.own_seal.eq(own.seal),
        ]

    def _link(self, m: Module, units: list, own: PowerOn | None) -> Value:
        """The host link and its dispatcher; returns a pulse for each byte that comes in."""
        design = self.design
        m.submodules.uart_receiver = uart_in = UartReceiver(design.clock_hz, design.baud)
        m.submodules.uart_transmitter = uart_out = UartTransmitter(design.clock_hz, design.baud)
        m.submodules.frame_receiver = frames_in = FrameReceiver()
        m.submodules.frame_transmitter = frames_out = FrameTransmitter()
        m.submodules.dispatcher = dispatcher = Dispatcher([unit.commands for unit in units])
        m.d.comb += [
            uart_in.rx.eq(self.rx),
            self.tx.eq(uart_out.tx),
            frames_in.valid.eq(uart_in.valid),
            frames_in.data.eq(uart_in.data),
            frames_in.broken.eq(uart_in.broken),
        ]
        self._frames(m, frames_in.frame, dispatcher.frame, own)
        wiring.connect(m, dispatcher.body, frames_out.body)
        wiring.connect(m, frames_out.bytes, uart_out.bytes)
        for number, unit in enumerate(units):
            wiring.connect(m, unit.port, getattr(dispatcher, f"unit{number}"))
        return uart_in.valid

    @staticmethod
    def _frames(m: Module, received: Any, taken: Any, own: PowerOn | None) -> None:
        """From the receiver to the dispatcher; none while the board has its unit for itself."""
        if own is None:
            wiring.connect(m, received, taken)
            return
        m.d.comb += [
            own.serving.eq(received.waiting),
            taken.waiting.eq(received.waiting & ~own.alone),
            *(getattr(taken, name).eq(getattr(received, name)) for name in _FROM_RECEIVER),
            *(getattr(received, name).eq(getattr(taken, name)) for name in _TO_RECEIVER),
        ]

    def _sources(
        self, m: Module, core: Any, store: SampleStore, runner: Runner, key: KeyUnit
    ) -> Value:
        """The store, the board's own frames and the key's; returns a pulse for each sample taken.

        runner -> sources -> store, frames -> sources -> core; key -> frames
        """
        design = self.design
        assert design.morse is not None
        m.submodules.sources = sources = SampleSources(design)
        m.submodules.frames = frames = FrameSource(design.core.ports, design.morse.options)
        for start, end in (
            (runner.requests, sources.requests),
            (sources.stored, store.requests),
            (sources.frames, frames.requests),
            (store.samples, sources.stored_samples),
            (frames.samples, sources.frame_samples),
            (sources.samples, core.samples),
        ):
            wiring.connect(m, start, end)
        m.d.comb += [
            key.pin.eq(self.key_button),
            key.asked.eq(runner.asked),
            key.heard.eq(runner.heard),
            key.prediction.eq(core.predictions.payload.prediction),
            runner.letter.eq(key.letter),
            frames.tapped.eq(key.frame),
        ]
        return store.taken | frames.taken

    def _buttons(self, m: Module) -> dict[str, Value]:
        clocks = max(round(BOUNCE_SECONDS * self.design.clock_hz), 1)
        pressed = {}
        for name in BUTTONS:
            m.submodules[f"{name}_contact"] = button = Button(clocks)
            m.d.comb += button.pin.eq(getattr(self, f"{name}_button"))
            pressed[name] = button.pressed
        return pressed

    @staticmethod
    def _parameters(m: Module, core, access: ParameterAccess, initial: InitialParameters) -> None:
        """Two users of the core's parameter port, never at a time."""
        mine = initial.working
        port = core.parameter_requests
        m.d.comb += [
            port.valid.eq(Mux(mine, initial.requests.valid, access.requests.valid)),
            port.payload.eq(Mux(mine, initial.requests.payload, access.requests.payload)),
            initial.requests.ready.eq(port.ready & mine),
            access.requests.ready.eq(port.ready & ~mine),
        ]
        answers = core.parameter_values
        m.d.comb += answers.ready.eq(Mux(mine, initial.values.ready, access.values.ready))
        for values, chosen in ((initial.values, mine), (access.values, ~mine)):
            m.d.comb += [
                values.valid.eq(answers.valid & chosen),
                values.payload.eq(answers.payload),
            ]

    def _panel(
        self,
        m: Module,
        runner: Runner,
        key: KeyUnit | None,
        own: PowerOn | None,
        *,
        busy: Value,
        forget: Value,
        traffic: Value,
    ) -> None:
        clock_hz = self.design.clock_hz
        m.submodules.display = display = Display(clock_hz, len(runner.tail))
        lamps = Lamps(clock_hz, self.design.leds, warns=own is not None)
        m.submodules.lamps = lamps
        if own is not None:
            m.d.comb += lamps.wrong.eq(own.foreign | own.wrong)
        m.d.comb += [
            display.epoch.eq(runner.epoch),
            display.recorded.eq(runner.recorded),
            display.right.eq(runner.tail_right),
            display.whole.eq(runner.tail),
            display.forget.eq(forget),
            self.digits.eq(display.digits),
            lamps.running.eq(runner.running),
            lamps.paused.eq(runner.paused),
            lamps.busy.eq(busy),
            lamps.traffic.eq(traffic if key is None else traffic | key.down),
            lamps.per_mille.eq(display.per_mille),
        ]
        segments, leds = display.segments, lamps.leds
        if key is not None:
            m.submodules.text = text = HeardText(len(key.prediction))
            m.d.comb += [
                text.heard.eq(key.heard),
                text.character.eq(key.prediction),
                text.tick.eq(key.tick),
                text.digits.eq(display.digits),
            ]
            segments = Mux(text.shown, text.segments, segments)
            if self.design.leds >= CODE_BITS:
                leds = Mux(text.shown, text.code, leds)
        m.d.comb += [self.segments.eq(segments), self.leds.eq(leds)]


def board_verilog(design: BoardDesign) -> str:
    """The Verilog text of module TOP, with ports `clk`, `rst` and those of `BoardTop`."""
    kind = f"a board's logic around a {design.core.kind}"
    clock = (
        f"Clock {design.clock_hz} Hz, UART {design.baud} baud, room for {design.samples} samples,"
        f" {design.store.words} words of {design.store.code.width} bits."
    )
    text = header(
        TOP, kind, f"{design.core.summary}\n{clock}", "Ports: docs/boards.md of presparse."
    )
    return to_verilog(BoardTop(design), TOP, header=text)
