"""What a person sees and presses: display, LEDs and buttons."""
