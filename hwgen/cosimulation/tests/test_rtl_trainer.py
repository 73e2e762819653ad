"""What a simulated core refuses to be given; its runs are those of rtl_tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from hwgen.core.design import CoreDesign
from hwgen.cosimulation.rtl_trainer import RtlTrainer
from hwgen.testing.shapes import network
from software_ref.golden import initial_parameters
from software_ref.plan.core_options import CoreOptions

CONSTANT = CoreOptions(training=False, constant=True)


def test_constants_cannot_be_others_than_the_designs(tmp_path: Path) -> None:
    design = CoreDesign(network=network((4, 2, 1, 2)), options=CONSTANT)
    other = initial_parameters(design.network, 9)
    message = r"^parameters must be those of the design: they are constants$"
    with pytest.raises(ValueError, match=message):
        RtlTrainer(design, tmp_path / "build", other)
    assert list(tmp_path.iterdir()) == []
