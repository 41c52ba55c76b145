"""What is saved is found only if it is what was asked for, and is never overwritten by something else."""

from forcefield import training
from forcefield.model import ForceField


def find_or_make(path, load, make, is_wanted):
    """Load what an earlier lesson saved, or make it again.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    load : callable
        Takes the path, returns what was saved.
    make : callable
        Returns the same thing, made anew, with a method ``save(path)``.
    is_wanted : callable
        Whether labels and settings of what was found are the ones asked for. A file with others, of an experiment
        or of an older course, gets another name; so does one that cannot be read.

    Returns
    -------
    object
        What was found or made.
    """
    note = ""
    if path.is_file():
        try:
            found = load(path)
            if is_wanted(found):
                print(f"{path.name}: found")
                return found
            reason = "other labels or settings"
        except ValueError:
            reason = "what this course cannot read"
        note = f" (the file of this name held {reason}: it is now {set_aside(path).name})"
    made = make()
    made.save(path)
    print(f"{path.name}: made again{note}")
    return made


def free_name(path):
    """The first of NAME_own_1.npz, NAME_own_2.npz, ... that no file has."""
    taken = 1
    while (own := path.with_name(f"{path.stem}_own_{taken}.npz")).exists():
        taken += 1
    return own


def set_aside(path):
    """Give a file a name that is free; returns the new path."""
    return path.rename(free_name(path))


def keep(thing, path, is_wanted):
    """Save the course's own under its name, and an experiment under a name of its own; nothing is overwritten.

    Parameters
    ----------
    thing : Dataset or ForceField
    path : pathlib.Path
        The file that later lessons look for.
    is_wanted : callable
        As in `find_or_make`.

    Returns
    -------
    pathlib.Path
        Where it was saved.
    """
    if not is_wanted(thing):
        own = free_name(path)
        print(f"This is not the course's {path.stem}, so it is saved as {own.name}; later lessons do not use it.")
        path = own
    elif path.is_file():
        try:
            other = not is_wanted(type(thing).load(path))
        except ValueError:
            other = True
        if other:
            print(f"{path.name} held something else: that is now {set_aside(path).name}.")
    thing.save(path)
    return path


def trained_model(path, training_set, seed, settings):
    """A force field fitted to a training set, found or made again.

    Parameters
    ----------
    path : pathlib.Path
    training_set : Dataset
    seed : int
        Draws the initial weights.
    settings : dict
        As `forcefield.training.train` takes them.

    Returns
    -------
    ForceField
    """
    return find_or_make(
        path,
        ForceField.load,
        lambda: training.train(training_set, seed=seed, **settings)[0],
        lambda model: is_fitted_so(model, training_set, seed, settings),
    )


def is_fitted_so(model, training_set, seed, settings):
    """Whether a force field was fitted to these labels with these settings, and with nothing else."""
    wanted, fit_settings = training.new_model(training_set, seed=seed, **settings)
    wanted.provenance["fit"] = [training.fit_record(training_set, **fit_settings)]
    return model.settings == wanted.settings and model.provenance == wanted.provenance
