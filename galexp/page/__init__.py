"""The report: what is said of runs, and how it is written as a page, as Markdown, as tables and as pictures."""
