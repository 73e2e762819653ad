"""The network file of a design: what `presparse` reads as exactly that network and target."""

from __future__ import annotations

import json

from hwgen.designer.search import Design
from software_ref.file_options import TargetOptions

__all__ = ["network_text"]


def network_text(design: Design, data_name: str | None = None) -> str:
    """The design as TOML.

    Parameters
    ----------
    design
        The design.
    data_name
        What `[data] name` is to be; None leaves the table out.
    """
    network, target = design.network, design.candidate.goal.target
    lines = [
        f"# Chosen by presparse design: {100 * design.density:.4g} % density, {design.clocks} "
        f"clocks a sample,",
        f"# about {design.estimate.lut:,} LUT of {target.fpga.title} by presparse estimate.",
        "[network]",
        f"layers = {list(network.layers)}",
        f"out_degree = {list(network.out_degree)}",
        f"parallelism = {list(network.parallelism)}",
        f"classes = {network.competing}",
    ]
    if data_name is not None:
        # A JSON string is a basic string of TOML.
        lines += ["", "[data]", f"name = {json.dumps(data_name, ensure_ascii=False)}"]
    return "\n".join([*lines, "", *_target_lines(target)]) + "\n"


def _target_lines(target: TargetOptions) -> list[str]:
    usual = TargetOptions()
    lines = ["[target]", f"device = {json.dumps(target.device)}"]
    if target.dsp_budget is not None:
        lines.append(f"dsp_budget = {target.dsp_budget}")
    if target.pipeline != usual.pipeline:
        lines.append(f"pipeline = {json.dumps(target.pipeline)}")
    return lines
