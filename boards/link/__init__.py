"""The host link: frames over a UART, and what their commands do."""
