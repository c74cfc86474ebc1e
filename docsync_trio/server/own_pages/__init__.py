"""Pages of our own, without a document: the index, and what is said when there is none to show."""
