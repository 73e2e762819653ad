"""Whether the database explains every bit, and the codes inside hold."""

from __future__ import annotations

from boards.bitstream.xc7_check.findings import Finding, Findings
from boards.bitstream.xc7_decode.device_bits import DeviceBits

__all__ = ["check_bits"]


def check_bits(device: DeviceBits) -> Findings:
    """Look for bits that belong to no feature, for wrong codes of frames, for a wrong CRC."""
    configuration = device.configuration
    unknown, wrong = device.unknown(), device.wrong_codes()
    differences = [
        Finding(
            what="bit that belongs to no feature of the database",
            where=f"{bit.tile or 'no tile'}, frame {bit.frame:08x} word {bit.word} bit {bit.bit}",
            found="1",
            right="0",
        )
        for bit in unknown
    ]
    differences += [
        Finding(
            what="error-correcting code",
            where=f"frame {address:08x} word 50",
            found="another",
            right="that of the frame's bits",
        )
        for address in wrong
    ]
    if configuration.crc is False:
        differences.append(
            Finding(what="CRC", where="the packets", found="wrong", right="that of the packets")
        )
    notes = (
        [] if configuration.crc is not None else ["the bitstream has no CRC, so none is checked"]
    )
    return Findings(
        kind="bits",
        compared={"bits set": int(device.bits.sum()), "frames": configuration.written},
        differences=differences,
        notes=notes,
    )
