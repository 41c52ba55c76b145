"""The small package that the lessons share: one module per step, from positions to forces and to moving atoms.

structures and labels                         systems, sampling
structures -> descriptors, dD/dr              descriptors, images
labels, descriptors and derivatives together  dataset, splits
descriptors -> energies, forces               model, networks
how the weights are found                     training, loss, lbfgs, residuals, levenberg_marquardt
other models on the same labels               gaussian_process, baselines
repulsion under a learned part                repulsion
errors, and finite-difference checks          evaluation, gradients
several models, their spread, when to stop    committees, stopping
energies, forces -> moving atoms              calculator, search
periodic copper                               crystals, crystal_calculator, elasticity
the course's sets and models, on disk         prepared, saved, files
sentences for bad input                       checks, describable
style, figures, pictures of atoms, sliders    lesson, plots, viewer, progress, explorers

Arrays are float64. Units are eV, Å, eV/Å and fs. Shapes are written with n_systems, n_centers, n_atoms and n_features.
"""
