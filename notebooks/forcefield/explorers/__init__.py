"""Explorers: sliders, and a picture that follows them.

base           the widget itself: controls above, picture and reading below
controls       sliders and lists with names, for mouse, keyboard and screen readers
drawing        what all pictures share: moving lines, legends, marks at the edge, numbers in words
lennard_jones  lesson 01
soap           lesson 02
training       lesson 03
extrapolation  lesson 04
data_map       lesson 06
dynamics       lesson 07
committee      lesson 08
strain         lesson 09
molecule_map   lesson 10
proton         lesson 10

Each of the ten has a pure function `compute`, which needs no widget, `describe_reading`, which says its result in
words, `build`, which draws it, and `controls`.
"""
