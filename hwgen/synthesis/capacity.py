"""Whether a device can hold a core's memories at all, known before synthesis."""

from __future__ import annotations

from software_ref.devices import Device
from software_ref.plan.schedule import Schedule
from software_ref.plan.storage import storage

__all__ = ["check_capacity"]


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
    if needed > device.memory_bits:
        raise ValueError(
            f"{device.title} cannot hold format {schedule.network.format}: the core's memories "
            f"have {needed:,} bits, the device {device.memory_bits:,}; the largest are the "
            f"{items[0].holds} of junction {items[0].junction}, {items[0].bits:,} bits: take fewer "
            "fraction bits or a smaller network"
        )
