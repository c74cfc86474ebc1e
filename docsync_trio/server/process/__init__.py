"""What concerns the process as a whole: its memory, how late its loop is, and who started it."""
