"""What a server tells those who watch over it: health, metrics, and the operators' page."""
