"""What becomes of a network in hardware: estimates, Verilog, simulation, synthesis, boards."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any

from boards.bitstream.board_build import build_board, check_timing, plan_board
from boards.bitstream.report import BuildReport
from boards.families import BuildOptions
from boards.families import family_of as board_family
from boards.link.framing import DEFAULT_BAUD
from boards.memory.external import BLOCK
from boards.platforms.boards import BOARDS
from hwgen.bench.project import BenchProject, Language, write_bench
from hwgen.core.design import CoreDesign
from hwgen.cosimulation.simulation import Waves, simulate_predictions, simulate_training
from hwgen.cosimulation.waves import check_wave_file
from hwgen.estimate.sweep import estimate_file, sweep
from hwgen.families.core_synthesis import synthesise_core
from hwgen.report import Curves, Trained, write_report
from hwgen.simulation.build_folder import build_folder
from hwgen.simulation.job import Stalls
from presparse.base import NetworkBase, Samples
from presparse.board import Board, simulated_board
from presparse.errors import refusing
from presparse.hardware import Core, Simulation, write_files
from presparse.paths import optional_path
from presparse.resources import Resources, Sweep, Synthesis
from presparse.training import Training
from software_ref.console.output import make_folder
from software_ref.console.progress import ProgressBar
from software_ref.console.shared_folder import only_user
from software_ref.loading import load_inputs
from software_ref.plan.ports import CORE_NAME

__all__ = ["InHardware", "core_kind"]


class InHardware(NetworkBase):
    """The part of `Network` that makes, runs and measures hardware.

    `core` is "training" or "inference"; the weights and biases of an inference core may be
    `constant`. `resume` is a `Training` or a checkpoint's file whose weights and biases the core's
    memories begin with; without it they are the initial ones.
    """

    @refusing
    def estimate(self, *, core: str = "training", constant: bool = False) -> Resources:
        """Estimate what the core takes and how fast it is, in a second."""
        kind = core_kind(core, constant)
        return Resources(
            name=self.name,
            device=self._file.target.fpga,
            estimate=estimate_file(self._file, **kind),
        )

    @refusing
    def sweep(self, what: str = "z", *, core: str = "training", constant: bool = False) -> Sweep:
        """Estimate the network at every parallelism ("z"), or in other formats ("formats")."""
        points = sweep(self._file, what, **core_kind(core, constant))
        return Sweep(name=self.name, device=self._file.target.fpga, what=what, points=tuple(points))

    @refusing
    def generate(
        self,
        output: str | Path,
        *,
        core: str = "training",
        constant: bool = False,
        resume: Training | str | Path | None = None,
        bus: str | None = None,
        top: str = CORE_NAME,
        data_dir: str | Path | None = None,
    ) -> Core:
        """Write the core as Verilog, with manifest, lint waivers and template.

        Parameters
        ----------
        output : path
            The folder.
        core, constant, resume
            As the class says.
        bus : str, optional
            "axi" puts it on AXI4-Stream and AXI4-Lite.
        top : str
            Name of the module, and of the files.
        data_dir : path, optional
            Folder that data files are looked for in first: where `[data.inputs]` chooses inputs,
            the manifest tells them.
        """
        design = self.core(core=core, constant=constant, resume=resume, top=top)
        chosen = load_inputs(self._file, optional_path(data_dir))
        if chosen is not None:
            design = replace(design, inputs=tuple(chosen.tolist()))
        return write_files(self.name, design, Path(output), bus=bus, device=self._file.target.fpga)

    @refusing
    def core(
        self,
        *,
        core: str = "training",
        constant: bool = False,
        resume: Training | str | Path | None = None,
        top: str = CORE_NAME,
    ) -> CoreDesign:
        """The core itself: its Amaranth component, ports, schedule and Verilog."""
        return CoreDesign.from_file(
            self._file,
            **core_kind(core, constant),
            start=self._checkpoint(resume),
            inputs=None,  # those of the checkpoint
            name=top,
        )

    @refusing
    def simulate(
        self,
        data: Samples | None = None,
        *,
        core: str = "training",
        constant: bool = False,
        resume: Training | str | Path | None = None,
        epochs: int = 1,
        data_dir: str | Path | None = None,
        samples: int | None = None,
        stalls: float = 0.0,
        stall_seed: int = 1,
        wave: str | Path | None = None,
        wave_from: int = 0,
        save: str | Path | None = None,
        build: str | Path | None = None,
    ) -> Simulation:
        """Run the exported Verilog on the data in Verilator, and hold every bit against NumPy.

        Parameters
        ----------
        data, data_dir
            As for `samples`.
        core, constant, resume
            As the class says. An inference core predicts the test samples.
        epochs : int
            Epochs to train, after those of `resume`.
        samples : int, optional
            Take the first so many.
        stalls : float
            Probability of a random gap before a beat, and of not taking a prediction.
        stall_seed : int
            Seed of the gaps.
        wave : path, optional
            Waveforms of the first epoch, from sample `wave_from` on: .vcd, or .fst.
        save : path, optional
            Where the core's weights and biases go after every epoch.
        build : path, optional
            Folder that keeps Verilog and simulator.
        """
        design = self.core(core=core, constant=constant, resume=resume)
        gaps = Stalls.of_samples(stalls, stall_seed)
        waves = None
        if wave is not None:
            check_wave_file(Path(wave))
            waves = Waves(path=Path(wave), first=wave_from)
        training = design.options.training
        there = self.samples(
            data,
            data_dir=data_dir,
            # One training sample is the fewest that there can be.
            samples=samples if training or data is not None else 1,
            test_samples=0 if training else samples,
        )
        make_folder("build", optional_path(build))
        with build_folder(optional_path(build)) as folder:
            if not training:
                found = simulate_predictions(
                    self._file, design, there, folder, stalls=gaps, waves=waves
                )
                return Simulation(result=found)
            found = simulate_training(
                self._file,
                design,
                there,
                folder,
                epochs=epochs,
                stalls=gaps,
                save=optional_path(save),
                waves=waves,
            )
        return Simulation(result=found)

    @refusing
    def synthesise(
        self,
        *,
        core: str = "training",
        constant: bool = False,
        resume: Training | str | Path | None = None,
        bus: str | None = None,
        build: str | Path | None = None,
    ) -> Synthesis:
        """Synthesise the core with Yosys: resources by unit, and the longest path in cells.

        Parameters
        ----------
        core, constant, resume
            As the class says.
        bus : str, optional
            "axi" includes the bus.
        build : path, optional
            Folder that keeps Verilog, scripts, logs and netlist.
        """
        design = self.core(core=core, constant=constant, resume=resume)
        make_folder("build", optional_path(build))
        report = synthesise_core(
            design, self._file.target.fpga, bus=bus, folder=optional_path(build)
        )
        return Synthesis(name=self.name, report=report)

    @refusing
    def bench(
        self,
        output: str | Path,
        data: Samples | None = None,
        *,
        language: Language = "cocotb",
        core: str = "training",
        constant: bool = False,
        resume: Training | str | Path | None = None,
        data_dir: str | Path | None = None,
        samples: int = 50,
    ) -> BenchProject:
        """Write a testbench of your own with golden vectors: "cocotb", or plain "verilog".

        Parameters
        ----------
        output : path
            The folder.
        data, data_dir, samples
            As for `samples`.
        language : str
            "cocotb" or "verilog".
        core, constant, resume
            As the class says.
        """
        there = self.samples(data, data_dir=data_dir, samples=samples, test_samples=0)
        design = self.core(core=core, constant=constant, resume=resume)
        make_folder("output", Path(output))
        with only_user(Path(output)):  # its files belong together
            return write_bench(
                design,
                Path(output),
                features=there.train_features,
                labels=there.train_labels,
                rate_exponent=self._file.training.rate_exponent_at(0),
                language=language,
            )

    @refusing
    def report(
        self,
        path: str | Path,
        *,
        resume: str | Path | None = None,
        curves: str | Path | None = None,
        data_dir: str | Path | None = None,
    ) -> Path:
        """Write one page of HTML: connections, every junction clock by clock, resources, training.

        Parameters
        ----------
        path : path
            The page.
        resume : path, optional
            A checkpoint, whose weights, ranges and confusion matrix are shown.
        curves : path, optional
            The JSON of `presparse train --json`.
        data_dir : path, optional
            The folder that data files are looked for in first.
        """
        trained = None
        if resume is not None:
            trained = Trained.load(self._file, Path(resume), optional_path(data_dir))
        drawn = None if curves is None else Curves.read(Path(curves))
        return write_report(self._file, path, trained=trained, curves=drawn)

    @refusing
    def build(
        self,
        board: str,
        *,
        output: str | Path | None = None,
        clock_mhz: float | None = None,
        baud: int = DEFAULT_BAUD,
        samples: int | None = None,
        memory: str = BLOCK,
        data_dir: str | Path | None = None,
        **options: Any,
    ) -> BuildReport:
        """Build a bitstream that trains the network on a board, or what makes one elsewhere.

        Parameters
        ----------
        board : str
            "nexys4", "ulx3s", or another that `presparse boards` lists.
        output : path, optional
            Folder for everything; by default NAME_BOARD.
        clock_mhz : float, optional
            Clock of the logic; by default the network's, or the board's.
        baud : int
            Bits per second of the UART.
        samples : int, optional
            Samples that the store has room for; by default the data set's, or as many as fit.
        memory : str
            Memory that holds them: "block", or one beside the FPGA, "sdram" or "cellular".
        data_dir : path, optional
            The folder that data files are looked for in first.
        **options
            `toolchain`, `plan_only`, `seed`, `seeds`, `engine`, `chipdb` and `database` of
            `presparse build`.

        Raises
        ------
        Error
            The clock is missed, too: no bitstream is written then.
        """
        if board not in BOARDS:
            raise ValueError(f"board must be one of {', '.join(BOARDS)}, not {board!r}")
        known = BuildOptions.__dataclass_fields__
        for name in options:
            if name not in known:
                raise ValueError(f"unknown option {name!r}; known: {', '.join(known)}")
        chosen = BOARDS[board]
        build = board_family(chosen).builder(chosen, BuildOptions(**options))
        job = plan_board(
            self._file,
            chosen,
            folder=optional_path(output),
            clock_mhz=clock_mhz,
            baud=baud,
            samples=samples,
            memory=memory,
            data_dir=optional_path(data_dir),
        )
        with ProgressBar(0, unit="step", description="build") as bar:
            report, _ = build_board(job, build, bar.step)
        check_timing(report)
        return report

    @refusing
    def board(self, port: str, **options: Any) -> Board:
        """Open the board at a serial port that was built from this network.

            with network.board("/dev/ttyUSB1") as board:
                run = board.train(network.samples(), epochs=5)

        Parameters
        ----------
        port : str
            The serial port, or a URL of pyserial's.
        **options
            `baud`, `timeout`, `reconnect` and `data_dir` of `presparse.Board`.
        """
        return Board(self._file, port, **options)

    @refusing
    def simulated_board(
        self,
        *,
        samples: int = 2048,
        build: str | Path | None = None,
        data_dir: str | Path | None = None,
    ) -> AbstractContextManager[str]:
        """A simulated board of this network, switched on for a `with` block that gets its port.

        Parameters
        ----------
        samples : int
            Samples that its store has room for.
        build : path, optional
            Folder for Verilog and simulator; by default the simulator is in the user's cache.
        data_dir : path, optional
            Folder that data files are looked for in first, where `[data.inputs]` chooses inputs.
        """
        return simulated_board(self._file, samples=samples, build=build, data_dir=data_dir)


def core_kind(core: str, constant: bool = False) -> dict[str, bool]:
    """A core's kind, as plan, estimate and design take it."""
    if core not in ("training", "inference"):
        raise ValueError(f'core must be "training" or "inference", not {core!r}')
    return {"training": core == "training", "constant": constant}
