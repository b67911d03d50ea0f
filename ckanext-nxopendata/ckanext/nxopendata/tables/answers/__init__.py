"""Questions in plain words, answered from the values of public tables.

terms       names of indicators, as data        question    what a question names
labels      what a column of numbers is of      index       values of tables, made by the workers
figures     numbers of rows, sure or not        finder      the answers to a question
"""
