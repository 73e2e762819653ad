"""Whether a device can hold a core's memories at all, known before synthesis."""

from __future__ import annotations

from hwgen.synthesis.devices import Device
from software_ref.schedule import Schedule
from software_ref.storage import storage

__all__ = ["check_capacity"]

BLOCK_RAM_BITS = 36 * 1024
LUT_BITS = 64


def check_capacity(schedule: Schedule, device: Device) -> None:
    """Refuse a core whose memories have more bits than the device's.

    Parameters
    ----------
    schedule : Schedule
    device : Device

    Raises
    ------
    ValueError
        They have; the message names the largest memories.
    """
    items = sorted(storage(schedule), key=lambda item: -item.bits)
    needed = sum(item.bits for item in items)
    present = device.bram36 * BLOCK_RAM_BITS + device.memory_lut * LUT_BITS
    if needed > present:
        raise ValueError(
            f"{device.name} cannot hold format {schedule.network.format}: the core's memories have "
            f"{needed:,} bits, the device {present:,}; the largest are the {items[0].holds} of "
            f"junction {items[0].junction}, {items[0].bits:,} bits: take fewer fraction bits or a "
            "smaller network"
        )
