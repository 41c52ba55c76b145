"""Explorers: sliders, and a picture that follows them.

base           the widget itself: controls, picture, reading
lennard_jones  lesson 01
soap           lesson 02
training       lesson 03
reach          lesson 04
dynamics       lesson 07
committee      lesson 08
strain         lesson 09

Every module has a pure function `compute`, which needs no widget, a function that draws its result,
the figure of the default values, and the explorer.
"""
