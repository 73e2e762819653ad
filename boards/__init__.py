"""Boards: platforms, tops, host link and host driver."""
