"""Engines beside the default one (`nlp.engine`), and the choice among them by what was measured on this machine."""
