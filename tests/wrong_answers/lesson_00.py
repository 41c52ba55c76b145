"""Wrong answers to the exercises of lesson 0."""

WRONG = {
    "0.1": [
        (lambda dimers: dimers, "each dimer has two atoms"),
        (lambda dimers: 6, "any number of dimers"),
        (lambda dimers: dimers**2, "the function returns 9"),
        (lambda dimers: dimers + 3, "for 20 it returns 23"),
    ],
}
