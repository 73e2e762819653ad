"""The data set that goes into a flash with a build: planned before the design, then its bytes."""

from __future__ import annotations

from dataclasses import dataclass

from boards.design import BoardDesign
from boards.host.flash_file import flash_bytes, flash_layout
from boards.memory.linear import LinearShape
from boards.store.input_plan import stored_code
from software_ref.core_plan import CorePlan
from software_ref.network_file import NetworkFile
from software_ref.plan.store_layout import StoreLayout
from software_ref.training import TrainingData

__all__ = ["FlashData"]


@dataclass(frozen=True, kw_only=True, eq=False)
class FlashData:
    """A data set, and where it will lie in a memory that the board can only read."""

    file: NetworkFile
    """The network file."""
    data: TrainingData
    """Its data set."""
    layout: StoreLayout
    """What will be where."""

    @classmethod
    def planned(
        cls,
        file: NetworkFile,
        core: CorePlan,
        data: TrainingData,
        shape: LinearShape,
        samples: int | None = None,
    ) -> FlashData:
        """Plan it for a core and the memory beside it; raises what `flash_layout` does."""
        code = stored_code(core, shape.width)
        layout = flash_layout(file, data, code, shape.words, samples=samples)
        return cls(file=file, data=data, layout=layout)

    def content(self, design: BoardDesign) -> bytes:
        """The memory's bytes for the build of a design; raises what `flash_bytes` does."""
        return flash_bytes(
            design.core, design.identity, design.store, self.file.training, self.data
        )
