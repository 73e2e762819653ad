"""The registers of a core on a bus: the one declaration that all else is made from."""

from __future__ import annotations

from hwgen.bus.axi_stream import PREDICTION_WORD, SAMPLE_HEADER
from hwgen.bus.register_map import WORD_BITS, Access, Register, RegisterField, RegisterMap
from software_ref.plan.ports import COUNTER_BITS, SATURATION_COUNTERS, STEP_BITS, CorePorts

__all__ = ["ADDRESS_BITS", "MAGIC", "VERSION", "core_registers"]

ADDRESS_BITS = 12
"""Bits of an address: 4 KB, the least that a system of processor and FPGA deals in."""
MAGIC = int.from_bytes(b"PRSP", "big")
"""What the first register says: whoever reads it knows what this is."""
VERSION = (1, 0)
"""Version of the map: the first number changes where a driver for the one before would fail."""

_COUNTERS = 0x100
_COUNTERS_STRIDE = 0x10


def core_registers(ports: CorePorts) -> RegisterMap:
    """The map of a core with these ports; only the bits used, and what there is, depend on them.

    Raises
    ------
    ValueError
        The core has more of something than the map, or the words of the streams, have room for.
    """
    for name, room, width in (
        ("rate_exponent", SAMPLE_HEADER["rate_exponent"].bits, ports.rate_exponent_width),
        ("label", PREDICTION_WORD["prediction"].bits, ports.label_width),
        ("data", WORD_BITS, ports.data_width),
    ):
        if width > room:
            raise ValueError(f"{name} must have at most {room} bits for AXI, not {width}")
    registers = (
        *_identity(ports),
        *_control(ports),
        *(_parameters(ports) if ports.parameter_port else ()),
        *_counters(ports),
    )
    return RegisterMap(registers=registers, address_bits=ADDRESS_BITS)


def _identity(ports: CorePorts) -> tuple[Register, ...]:
    addresses = RegisterField(name="addresses", low=2, meaning="addresses are among the parameters")
    return (
        Register(
            name="ID",
            offset=0x00,
            access=Access.READ_ONLY,
            meaning="What this is.",
            fields=(RegisterField(name="id", bits=32, meaning=f"0x{MAGIC:08X}, `PRSP` in ASCII"),),
        ),
        Register(
            name="VERSION",
            offset=0x04,
            access=Access.READ_ONLY,
            meaning="Version of this map.",
            fields=(
                RegisterField(name="minor", bits=16, meaning="counts what was added"),
                RegisterField(
                    name="major", low=16, bits=16, meaning="counts what older drivers fail with"
                ),
            ),
        ),
        Register(
            name="CORE",
            offset=0x08,
            access=Access.READ_ONLY,
            meaning="Which core this is.",
            fields=(
                RegisterField(
                    name="core",
                    bits=32,
                    meaning="first four bytes of the SHA-256 of its manifest, see bus.md",
                ),
            ),
        ),
        Register(
            name="CAPABILITIES",
            offset=0x0C,
            access=Access.READ_ONLY,
            meaning="What this core has.",
            fields=(
                RegisterField(name="training", meaning="it trains; else it only infers"),
                RegisterField(
                    name="parameters", low=1, meaning="it has the registers PARAMETER_..."
                ),
                *((addresses,) if ports.rewritable else ()),
            ),
        ),
    )


def _control(ports: CorePorts) -> tuple[Register, ...]:
    header = SAMPLE_HEADER
    return (
        Register(
            name="CONTROL",
            offset=0x10,
            access=Access.READ_WRITE,
            meaning="How samples are taken.",
            fields=(
                RegisterField(
                    name="drain",
                    meaning="while 1, the core takes no sample and finishes all updates",
                ),
                RegisterField(
                    name="use_registers",
                    low=1,
                    meaning="`train` and `rate_exponent` are those of TRAINING, whatever a "
                    "sample's header says; looked at with the sample's last beat",
                ),
                RegisterField(
                    name="header_beat",
                    low=2,
                    meaning="a sample's header comes in a beat before its features, not in TUSER; "
                    "looked at with the sample's first beat",
                ),
                RegisterField(
                    name="batches",
                    low=3,
                    meaning="a packet may hold any number of samples: the last beat of a sample "
                    "needs no TLAST; looked at in that beat",
                ),
            ),
        ),
        Register(
            name="STATUS",
            offset=0x14,
            access=Access.READ_ONLY,
            meaning="What goes on.",
            fields=(
                RegisterField(
                    name="busy", meaning="the core's `busy`: something is under way or pending"
                ),
                RegisterField(name="waiting", low=1, meaning="a whole sample waits for the core"),
                RegisterField(
                    name="receiving", low=2, meaning="a sample has begun to come, and is not whole"
                ),
            ),
        ),
        Register(
            name="ERRORS",
            offset=0x18,
            access=Access.CLEAR,
            meaning="What went wrong; a 1 that is written clears its bit.",
            fields=(
                RegisterField(
                    name="short_sample", meaning="TLAST before a sample's last beat: dropped"
                ),
                RegisterField(
                    name="long_sample",
                    low=1,
                    meaning="no TLAST at a sample's last beat: dropped, with all up to TLAST",
                ),
            ),
        ),
        Register(
            name="COMMAND",
            offset=0x1C,
            access=Access.WRITE_ONLY,
            meaning="Does something at once.",
            fields=(
                RegisterField(
                    name="discard",
                    meaning="forgets a sample that is not whole; the next beat begins a sample",
                ),
            ),
        ),
        Register(
            name="TRAINING",
            offset=0x20,
            access=Access.READ_WRITE,
            meaning="What CONTROL.use_registers puts in place of the headers' fields.",
            fields=(
                RegisterField(name="train", meaning=header["train"].meaning),
                RegisterField(
                    name="rate_exponent",
                    low=8,
                    bits=header["rate_exponent"].bits,
                    used=ports.rate_exponent_width,
                    meaning=header["rate_exponent"].meaning,
                ),
            ),
        ),
        Register(
            name="STEPS",
            offset=0x24,
            access=Access.READ_ONLY,
            meaning="The core's steps since reset.",
            fields=(RegisterField(name="steps", bits=STEP_BITS, meaning=f"modulo 2^{STEP_BITS}"),),
        ),
        Register(
            name="DROPPED",
            offset=0x28,
            access=Access.READ_ONLY,
            meaning="How often ERRORS was set since reset.",
            fields=(RegisterField(name="dropped", bits=16, meaning="modulo 2^16"),),
        ),
    )


def _parameters(ports: CorePorts) -> tuple[Register, ...]:
    address = RegisterField(
        name="address", low=9, meaning="an address (its lane is a left memory); `bias` must be 0"
    )
    return (
        Register(
            name="PARAMETER_SELECT",
            offset=0x40,
            access=Access.READ_WRITE,
            meaning="Which kind of parameter PARAMETER_DATA is.",
            fields=(
                RegisterField(
                    name="junction", bits=8, used=ports.junction_width, meaning="junction, from 0"
                ),
                RegisterField(name="bias", low=8, meaning="a bias, or a weight"),
                *((address,) if ports.rewritable else ()),
            ),
        ),
        Register(
            name="PARAMETER_ROW",
            offset=0x44,
            access=Access.READ_WRITE,
            meaning="Its row.",
            fields=(
                RegisterField(name="row", bits=32, used=ports.row_width, meaning="row, from 0"),
            ),
        ),
        Register(
            name="PARAMETER_LANE",
            offset=0x48,
            access=Access.READ_WRITE,
            meaning="Its lane.",
            fields=(
                RegisterField(name="lane", bits=32, used=ports.lane_width, meaning="lane, from 0"),
            ),
        ),
        Register(
            name="PARAMETER_LANES",
            offset=0x4C,
            access=Access.READ_WRITE,
            meaning="How row and lane go on after PARAMETER_DATA was read or written.",
            fields=(
                RegisterField(
                    name="lanes",
                    bits=32,
                    used=ports.lane_width + 1,
                    meaning="lanes of a row: the lane goes up by 1, and from the last one to 0 of "
                    "the next row; with 0 both stay",
                ),
            ),
        ),
        Register(
            name="PARAMETER_DATA",
            offset=0x50,
            access=Access.READ_WRITE,
            meaning="The raw weight, bias or address. SLVERR while the core is busy, where there "
            "is no such row or lane, and for a value that does not fit; row and lane then stay.",
            fields=(
                RegisterField(
                    name="data",
                    bits=32,
                    used=ports.data_width,
                    meaning="raw value, two's complement",
                    signed=True,
                ),
            ),
            passed=True,
        ),
    )


def _counters(ports: CorePorts) -> tuple[Register, ...]:
    meanings = {"feedforward": "sums s", "backprop": "deltas", "update": "weights and biases"}
    return tuple(
        Register(
            name=f"SATURATED_{name.upper()}",
            offset=_COUNTERS + 4 * place,
            access=Access.READ_ONLY,
            meaning=f"How many {meanings[name]} of a junction were saturated since reset.",
            fields=(
                RegisterField(
                    name="count", bits=COUNTER_BITS, meaning=f"stays at 2^{COUNTER_BITS} - 1"
                ),
            ),
            count=len(ports.junctions),
            stride=_COUNTERS_STRIDE,
            several="junction",
        )
        for place, name in enumerate(SATURATION_COUNTERS)
    )
