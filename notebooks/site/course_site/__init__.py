"""The site: every lesson as a page that needs no kernel and no network.

addresses  where the repository is; the README says it
readme     sections of the README that are pages too
pictures   pictures of a notebook as files of their own
terms      the Terminology of lesson 1 as a glossary
theme      what the theme leaves out
links      words of the lessons that lead to it
stills     explorers without a kernel: pictures over a grid
subjects   the data and models that these are about
kept       explorers that are made once
lessons    a stored notebook as a page
build      everything together
"""
