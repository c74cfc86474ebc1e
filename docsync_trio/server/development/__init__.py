"""What pages are told while an author works on their application: that it failed, and where."""
