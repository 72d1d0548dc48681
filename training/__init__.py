"""Training: the annotated corpus and its formats, the statement model, and how it is trained and exported."""
