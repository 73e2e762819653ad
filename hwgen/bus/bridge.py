"""The bridge: a core's ports on one side, AXI on the other.

samples --> receiver --> buffer --------------.
                            | a sample enters  v
predictions <-- sender <----+--------------- core
                                               ^
bus --> slave --> register file --> parameter access
"""

from __future__ import annotations

from amaranth.hdl import Module, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from hwgen.bus.axi_lite import AxiLiteSignature, AxiLiteSlave
from hwgen.bus.axi_stream import PREDICTION_WORD, SAMPLE_HEADER, packet_signature, sample_bytes
from hwgen.bus.core_registers import (
    ADDRESS_BITS,
    MAGIC,
    VERSION,
    core_registers,
)
from hwgen.bus.parameter_access import ParameterAccess
from hwgen.bus.prediction_sender import PredictionSender
from hwgen.bus.register_file import RegisterFile
from hwgen.bus.sample_buffer import SampleBuffer
from hwgen.bus.sample_receiver import SampleReceiver
from hwgen.parts.layouts import core_signature
from software_ref.plan.ports import SATURATION_COUNTERS, CorePorts
from software_ref.plan.schedule import Schedule

__all__ = ["AxiBridge"]


class AxiBridge(wiring.Component):
    """Puts a core on AXI4-Stream and AXI4-Lite, in the core's clock domain.

    Parameters
    ----------
    schedule
        The core's schedule.
    identity
        What the register CORE says, 32 bits.

    Members
    -------
    samples : In(stream), predictions : Out(stream)
        AXI4-Stream; see `hwgen.bus.axi_stream`.
    bus : In(AxiLiteSignature)
        The registers of `hwgen.bus.core_registers`.
    core : In
        The core's own ports.

    Timing
    ------
    A sample reaches the core four clocks after its last beat came; samples go through as fast as
    the core takes them.
    """

    def __init__(self, schedule: Schedule, identity: int):
        self._schedule = schedule
        self._identity = identity
        self.ports = CorePorts.of(schedule)
        """The core's ports."""
        self.registers = core_registers(self.ports)
        """The registers on the bus."""
        packets = packet_signature(8 * sample_bytes(self.ports), SAMPLE_HEADER.bits)
        super().__init__(
            {
                "samples": In(packets),
                "predictions": Out(packet_signature(PREDICTION_WORD.bits)),
                "bus": In(AxiLiteSignature(ADDRESS_BITS)),
                "core": In(core_signature(self.ports)),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        ports, core = self.ports, self.core
        parameters = ports.parameter_port
        m.submodules.axi_lite = slave = AxiLiteSlave(ADDRESS_BITS)
        places = frozenset({("PARAMETER_ROW", "row"), ("PARAMETER_LANE", "lane")})
        m.submodules.registers = registers = RegisterFile(
            self.registers, places if parameters else frozenset()
        )
        m.submodules.receiver = receiver = SampleReceiver(ports)
        m.submodules.buffer = buffer = SampleBuffer(ports)
        m.submodules.sender = sender = PredictionSender(ports, self._schedule.credit)
        wiring.connect(m, wiring.flipped(self.bus), slave.bus)
        wiring.connect(m, slave.requests, registers.requests)
        wiring.connect(m, registers.answers, slave.answers)
        wiring.connect(m, wiring.flipped(self.samples), receiver.packets)
        wiring.connect(m, wiring.flipped(core.predictions), sender.predictions)
        wiring.connect(m, sender.packets, wiring.flipped(self.predictions))

        # Samples in.
        claim = self._parameters(m, registers) if parameters else 0
        entering = buffer.samples.valid & ~claim
        m.d.comb += [
            receiver.ready.eq(buffer.ready),
            *(
                getattr(buffer, name).eq(getattr(receiver, name))
                for name in ("write", "features", "commit", "header", "tlast", "drop")
            ),
            core.samples.payload.eq(buffer.samples.payload),
            core.samples.valid.eq(entering),
            buffer.samples.ready.eq(core.samples.ready & ~claim),
            sender.entered.eq(entering & core.samples.ready & buffer.sample_ends),
            sender.tlast.eq(buffer.sample_tlast),
        ]

        # Registers.
        dropped, drop = registers.dropped_dropped, Signal()
        m.d.sync += [drop.eq(receiver.short | receiver.long), dropped.eq(dropped + drop)]
        m.d.comb += [
            registers.id_id.eq(MAGIC),
            registers.version_major.eq(VERSION[0]),
            registers.version_minor.eq(VERSION[1]),
            registers.core_core.eq(self._identity),
            registers.capabilities_training.eq(self._schedule.training),
            registers.capabilities_parameters.eq(parameters),
            *([registers.capabilities_addresses.eq(1)] if ports.rewritable else []),
            core.drain.eq(registers.control_drain),
            receiver.use_registers.eq(registers.control_use_registers),
            receiver.header_beat.eq(registers.control_header_beat),
            receiver.batches.eq(registers.control_batches),
            registers.status_busy.eq(core.busy),
            registers.status_waiting.eq(buffer.waiting),
            registers.status_receiving.eq(receiver.receiving),
            registers.errors_short_sample.eq(receiver.short),
            registers.errors_long_sample.eq(receiver.long),
            receiver.discard.eq(registers.command_discard),
            receiver.train.eq(registers.training_train),
            receiver.rate_exponent.eq(registers.training_rate_exponent),
            registers.steps_steps.eq(core.steps),
        ]
        for place, name in enumerate(SATURATION_COUNTERS):
            counters = getattr(registers, f"saturated_{name}_count")
            m.d.comb += [
                counters[junction].eq(core.saturations[junction * len(SATURATION_COUNTERS) + place])
                for junction in range(len(ports.junctions))
            ]
        return m

    def _parameters(self, m: Module, registers: RegisterFile) -> object:
        """Parameters through the core's port; whether no sample may enter the core."""
        core = self.core
        m.submodules.parameters = access = ParameterAccess(self.ports)
        wiring.connect(m, registers.passed, access.accesses)
        wiring.connect(m, access.answers, registers.passed_answers)
        wiring.connect(m, access.requests, wiring.flipped(core.parameter_requests))
        wiring.connect(m, wiring.flipped(core.parameter_values), access.values)
        m.d.comb += [
            access.junction.eq(registers.parameter_select_junction),
            access.bias.eq(registers.parameter_select_bias),
            access.row.eq(registers.parameter_row_row),
            access.lane.eq(registers.parameter_lane_lane),
            access.lanes.eq(registers.parameter_lanes_lanes),
            registers.parameter_row_row_next.eq(access.row_next),
            registers.parameter_row_row_load.eq(access.load),
            registers.parameter_lane_lane_next.eq(access.lane_next),
            registers.parameter_lane_lane_load.eq(access.load),
            access.busy.eq(core.busy),
        ]
        if self.ports.rewritable:
            m.d.comb += access.address.eq(registers.parameter_select_address)
        return access.claim
