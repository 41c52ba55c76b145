"""The small package that the lessons share: one step of the way from positions to forces is one line here.

structures and their labels
  systems                pairs of atoms, the Lennard-Jones potential, labels from any potential
  sampling               molecular dynamics that gives structures; clusters of copper
files of a reader's own
  structure_files        structures from what ASE reads; what is wrong with a file
  labelled_files         structures with energy and forces: names, units, sign, a table of what they are
  label_checks           what is wrong with labels: missing, noisy, twice, too close
  label_units            units and sign, told by comparing energies with forces
  written_files          structures, predictions and trajectories written to files
  exports                training data for MACE, GAP and n2p2
  copper_gold            lesson 11's own file: copper-gold clusters of several sizes and compositions
a force field of a reader's own, from file to report
  own_parts              parts to train, calibrate and test on; descriptor and memory for any elements
  own_committee          a committee fitted, saved, loaded; its predictions beside the labels
  own_run                relaxed, run, stopped where the members disagree
  own_report             a table and a figure of errors, calibration and checks
  own_way                the whole way in one call
descriptors
  descriptors            SOAP and its derivatives as arrays
  soaps                  DScribe's SOAP with its settings checked
  soap_basis             the same SOAP pair by pair: radial functions, power spectrum, order of features
  solid_harmonics        its angular functions and their gradients
  pairs                  pairs of atoms within a radius, periodic images included
  forward_soap           derivatives of every feature by every atom and by the strains: forward mode
  reverse_soap           energy, forces and virial of a force field without them: reverse mode
  periodic_images        distances between atoms of a crystal and their periodic copies
data sets
  strain_derivatives     what a strain of a crystal changes: descriptors and, in a model, energy
  dataset                labels, descriptors and derivatives of one set
  several_sets           structures of several sizes and compositions: one set for each, and the way back
  energy_offsets         energies of single atoms, taken off the labels first
  splits                 which rows are trained on, which validate, which test
models
  model                  the force field: energies and forces from descriptors; saved in one file
  networks               its network in numpy, for fast steps; descriptors of length 1
  element_networks       networks of several elements, one for each
  activations            tanh, sigmoid, SiLU: torch's module, and value and derivatives in numpy
  gaussian_process       a sparse Gaussian process on the same labels
  full_gaussian_process  one in which every energy and force counts by itself: small sets, smallest errors
  kernel_model           what both are when they predict: a kernel for each element; saved in one file
  kernel_labels          what both are fitted to
  predictions            energies and forces of structures of any sizes
  model_sums             a cheap model and what better labels differ by, added up
  saved_models           any force field from its file
  pair_potential         a baseline for any structures: energies of atoms and pairs alone
  baselines              simpler models to compare with
  repulsion              a known repulsion of close atoms, to which a fitted model is added
fits
  training               fit and train: the way through a fit, whatever the method
  loss                   mean squared errors of energies, forces and virials, in units of their variances
  lbfgs                  the method L-BFGS
  residuals              errors of energies, forces and virials, and their derivatives by the weights
  levenberg_marquardt    the method Levenberg-Marquardt
  element_fits           Levenberg-Marquardt for networks of several elements, and fine-tuning
checks of results
  evaluation             mean absolute error; numbers printed beside their bounds
  finite_differences     numerical derivatives beside the analytic ones
  force_field_checks     symmetries and gradient of any calculator
several models
  committees             their spread, calibration, bounds
  stop_on_spread         dynamics that stops where they disagree
models that move atoms
  calculator             a force field as an ASE calculator
  search                 basin hopping: looking for the structure of lowest energy
crystals
  crystals               frames, data set and models of periodic copper
  crystal_calculator     a calculator that warns outside its data
  elasticity             equation of state, elastic constants, phonons
malonaldehyde
  molecule               its proton, its frames in time, its reaction path, vibrations
what lessons save for each other
  prepared               the course's data sets and models, found or made
  find_or_make           how: what is asked for is found, and nothing is overwritten
  npz_files              arrays in one file, complete or refused
error messages
  checks                 of numbers, arrays and lists
  structure_checks       of structures and centres
what readers see
  lesson                 start of every lesson: one thread, the course's style
  memory                 what a lesson says before memory runs out
  plots                  colours and lines of all figures, alt text
  viewer                 pictures of atoms
  data_maps              a point for each structure, by principal components
  course_map             the map of the course as a picture
  progress               how far a fit is
  my_work                changed lessons and solved exercises in one file, and back
  explorers              sliders and the pictures that follow them
  exercises              exercises that say what is still wrong; quizzes

Arrays are float64. Units are eV, Å, eV/Å and fs. Shapes are written with n_systems, n_centers, n_atoms and n_features.
"""
