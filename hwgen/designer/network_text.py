"""The network file of a design: what `presparse` reads as exactly that network and target."""

from __future__ import annotations

from hwgen.designer.search import Design
from software_ref.file_options import DataOptions
from software_ref.network_document import network_toml
from software_ref.network_file import NetworkFile

__all__ = ["network_file", "network_text"]


def network_file(design: Design, data_name: str | None = None) -> NetworkFile:
    """The design with the data set of this name, where one is known."""
    data = DataOptions() if data_name is None else DataOptions(name=data_name)
    return NetworkFile(network=design.network, data=data, target=design.candidate.goal.target)


def network_text(design: Design, data_name: str | None = None) -> str:
    """The same as TOML, with a remark on what it was chosen for."""
    device = design.candidate.goal.target.fpga
    remark = (
        f"# Chosen by presparse design: {100 * design.density:.4g} % density, {design.clocks} "
        f"clocks a sample,\n# about {design.estimate.lut:,} LUT of {device.title} by presparse "
        "estimate.\n"
    )
    return remark + network_toml(network_file(design, data_name))
