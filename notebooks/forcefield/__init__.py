"""The small package that the lessons share: one room for each station of the data's way.

positions -> energies, forces        systems
positions -> descriptors, dD/dr      descriptors
all of these in one set              dataset
descriptors -> energies, forces      model, training
predictions -> errors, baselines     evaluation
finite-difference checks             gradients
several models -> how sure they are  committees
energies, forces -> moving atoms     calculator
periodic copper                      crystals, crystal_calculator, elasticity, images
what a lesson saves for a later one  prepared
figures, progress, sliders           plots, progress, explorers

Arrays are float64. Units are eV, Å and eV/Å. Shapes are written with
n_systems, n_centers, n_atoms and n_features throughout.
"""
