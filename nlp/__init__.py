"""gongkai: from a disclosure annual report in any file to tagged statements.

file → Document (`nlp.reading`) → Report (`nlp.structure`) → statements (`nlp.tagger`) → output (`nlp.output`)
"""
