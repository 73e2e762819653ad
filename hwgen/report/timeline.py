"""Which junction works on which sample when, from the first start pulse on."""

from __future__ import annotations

from typing import Any

from software_ref.plan.schedule import LOAD_WRITE, Schedule

__all__ = ["timeline"]

STEPS_AFTER = 2
"""Steps drawn after the one in which junction 1 first updates: its pipeline is full by then."""


def timeline(schedule: Schedule) -> dict[str, Any]:
    """Every sample's way through the junctions, in clocks from the start of step 0.

    Sample n is loaded in step n at the earliest, and step S starts at clock S P where no sample is
    late.

    Returns
    -------
    dict
        "steps", how many are told of, and their "period"; "events" by time, with the operation
        ("FF", or "BP, UP"), the sample, the junction, the step and the first and last clock in
        which a row is read; "loads" and "predictions", by sample; "first_update", the clock in
        which the last weight that sample 0 changes is written.
    """
    period, junctions = schedule.period, len(schedule.timing)
    steps = 1 + max(i + lag for i, lag in enumerate(schedule.lags, 1)) + STEPS_AFTER
    events = []
    for timing, lag in zip(schedule.timing, schedule.lags, strict=True):
        i = timing.junction
        for operation, after in (("FF", i), ("BP, UP", i + lag)):
            for sample in range(steps - after):
                first = (sample + after) * period + schedule.row_read(i)
                events.append(
                    {
                        "operation": operation,
                        "sample": sample,
                        "junction": i,
                        "step": sample + after,
                        "first": first,
                        "last": first + timing.shape.rows - 1,
                    }
                )
    events.sort(key=lambda event: (event["first"], event["junction"], event["sample"]))
    last = schedule.timing[-1]
    predicted = schedule.row_read(junctions) + last.shape.rows - 1 + last.predicted
    updated = max(
        (timing.junction + lag) * period
        + schedule.row_read(timing.junction)
        + timing.shape.rows
        - 1
        + timing.weight_written
        for timing, lag in zip(schedule.timing, schedule.lags, strict=True)
    )
    return {
        "period": period,
        "steps": steps,
        "events": events,
        "loads": [
            {
                "sample": sample,
                "first": sample * period + LOAD_WRITE,
                "last": sample * period + LOAD_WRITE + schedule.beats - 1,
            }
            for sample in range(steps)
        ],
        "predictions": [
            {"sample": sample, "clock": (sample + junctions) * period + predicted}
            for sample in range(steps - junctions)
        ],
        "first_update": updated,
    }
