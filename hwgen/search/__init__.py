"""The search: networks for a data set and a chip, by what they learn, take and cost."""

from __future__ import annotations
