"""Lesson 10: what is said to answers about two zeros of energy."""

import functools

from ase import Atoms, units
from ase.build import bulk
from ase.calculators.emt import EMT
from matplotlib import pyplot as plt

from forcefield.elasticity import energies_of
from forcefield.exercises.answers import function, yes_or_no
from forcefield.molecule import reaction_path
from forcefield.plots import COLOURS

ALL_ELECTRONS = {"H": -13.6, "C": -1029.0, "O": -2042.0}
"""Energies of single atoms with all their electrons by DFT, rounded, eV."""

VALENCE = {"H": -10.7, "C": -48.8, "O": -102.5}
"""Of methods that count the outer electrons only, rounded, eV."""


@functools.lru_cache(maxsize=1)
def cases():
    """Energies with energies of atoms: name, energy, symbols, energies of atoms, whether they may belong together."""
    molecule = reaction_path()[2][0]
    energy, symbols = molecule.get_potential_energy(), molecule.get_chemical_symbols()
    bound = energy - sum(ALL_ELECTRONS[symbol] for symbol in symbols)
    hartree = {symbol: value / units.Hartree for symbol, value in ALL_ELECTRONS.items()}
    copper, cluster, mixed = bulk("Cu", cubic=True), bulk("Cu", cubic=True) * (4, 4, 4), bulk("Cu", cubic=True)
    mixed.symbols[0] = "Au"
    single = dict(zip(("Cu", "Au"), energies_of(EMT(), [Atoms("Cu"), Atoms("Au")]), strict=True))
    listed = [
        ("malonaldehyde by DFT, atoms by DFT", energy, symbols, ALL_ELECTRONS, True),
        ("malonaldehyde by DFT, atoms by GFN2, which has no inner electrons", energy, symbols, VALENCE, False),
        ("malonaldehyde in eV, atoms in Hartree", energy, symbols, hartree, False),
        ("malonaldehyde with the atoms already taken off, atoms by DFT", bound, symbols, ALL_ELECTRONS, False),
    ]
    for crystal, name in ((copper, "4 atoms of copper"), (cluster, "256 atoms of copper"), (mixed, "copper with gold")):
        energy = energies_of(EMT(), [crystal])[0]
        listed.append((f"{name}, all by EMT", energy, crystal.get_chemical_symbols(), single, True))
    turned = {symbol: -value for symbol, value in single.items()}
    name, energy = "4 atoms of copper, atoms with the wrong sign", energies_of(EMT(), [copper])[0]
    listed.append((name, energy, copper.get_chemical_symbols(), turned, False))
    return listed


def judge_zeros(answer):
    """Whether a total energy and energies of atoms may come from one method."""
    may_belong = function(answer)
    said = {}
    for name, energy, symbols, atoms, _ in cases():
        said[name] = yes_or_no(may_belong(energy, symbols, atoms), "may_belong_together(...)")
    wrong = [(name, right) for name, *_, right in cases() if said[name] is not right]
    if not wrong:
        return ""
    if not any(said.values()):
        _, bound, symbols, *_ = cases()[3]
        return (
            f"The function says False to everything. Malonaldehyde lies {-bound:.0f} eV below its {len(symbols)} "
            "atoms, all together: how much is that for each of them, and with which sign?"
        )
    if len(set(said.values())) == 1:
        return f"The function says {next(iter(said.values()))} to everything."
    accepted, refused = [name for name, right in wrong if not right], [name for name, right in wrong if right]
    if any("256" in name for name in refused) and len(refused) == 1:
        return "256 atoms of copper are refused, 4 are not: a crystal holds its energy for each atom, not in all."
    if any("wrong sign" in name for name in accepted):
        return (
            "Copper that lies above its atoms in energy is accepted: such a crystal would fall apart. Is the sign of "
            "what is left asked for?"
        )
    if any("already" in name for name in accepted) and not any("GFN2" in name for name in accepted):
        return f"{accepted[0]}: accepted. But then the molecule lies far above its atoms, and would fall apart."
    if any("GFN2" in name for name in accepted):
        return f"{accepted[0]}: accepted. No molecule is bound by hundreds of eV for each atom; 10 are much."
    what = "accepted" if accepted else "refused"
    return f"{(accepted or refused)[0]}: {what}. Is every atom counted, as often as it is there?"


def draw_zeros(answer):
    """Energy of binding for each atom in the cases, and what the reader's function says."""
    figure, axes = plt.subplots(figsize=(7, 3.2))
    for place, (_, energy, symbols, atoms, _) in enumerate(cases()):
        binding = (energy - sum(atoms[symbol] for symbol in symbols)) / len(symbols)
        verdict = yes_or_no(function(answer)(energy, symbols, atoms))
        axes.plot(binding, place, "o" if verdict else "x", color=COLOURS["model" if verdict else "training"])
    axes.axvspan(-10, 0, color="0.9")
    axes.set_xscale("symlog", linthresh=10)
    axes.set(xlabel="binding for each atom (eV)", yticks=range(len(cases())), ylim=(7.5, -0.5))
    axes.set_yticklabels(
        [name.split(", which")[0].replace("malonaldehyde", "C₃H₄O₂") for name, *_ in cases()], fontsize=9
    )
    return figure, (
        "Eight cases, the energy that binds each atom on a logarithmic axis: four lie between -10 and 0 eV, one a "
        "little above 0, three hundreds of eV away on either side. Your function accepts discs and refuses crosses."
    )
