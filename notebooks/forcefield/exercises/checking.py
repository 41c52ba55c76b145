"""What is said to an answer, and the picture that it makes."""

import html

from IPython.display import display
from matplotlib import pyplot as plt

from forcefield.exercises import solved
from forcefield.exercises.answers import NotAnswered, StillWrong
from forcefield.exercises.base import exercise
from forcefield.exercises.time_limit import TookTooLong, time_limit
from forcefield.plots import show

NOT_ANSWERED = "not answered yet. Write your answer in place of the three dots, then run this cell."


def judged(number, answer, *about):
    """What is said to an answer, and the figure that it makes.

    Parameters
    ----------
    number : str
    answer : object
        Three dots, or what the reader wrote.
    *about : object
        What the exercise takes from the lesson, such as a data set.

    Returns
    -------
    state : str
        "right", "wrong" or "open": not answered.
    sentence : str
    picture : tuple or None
        Figure and alt text.
    """
    this, picture = exercise(number), None
    try:
        with time_limit(this.seconds):
            problem = this.judge(answer, *about)
            if this.draw is not None:
                picture = _drawn(this, answer, *about)
    except NotAnswered:
        return "open", NOT_ANSWERED, None
    except StillWrong as wrong:
        problem = str(wrong)
    except TookTooLong:
        problem = f"It was stopped after {this.seconds:g} s: does a loop in it never end?"
    except Exception as failure:  # of the check itself, with an answer that nobody thought of
        problem = f"The check cannot read this answer ({type(failure).__name__}: {failure})."
    return ("wrong", f"not right yet. {problem}", picture) if problem else ("right", this.explanation, picture)


def _drawn(this, answer, *about):
    """The picture, or None if an answer that is wrong cannot be drawn."""
    try:
        return this.draw(answer, *about)
    except Exception:  # the judge has said what is wrong; TookTooLong and NotAnswered cannot come from a right answer
        plt.close("all")
        return None


def check(number, answer, *about):
    """Say what is still wrong with an answer, or that it is right, and draw what it does.

    Parameters
    ----------
    number, answer, *about
        As for `judged`.
    """
    state, sentence, picture = judged(number, answer, *about)
    if state == "right":
        kept = solved.remember(number)
        print(f"Exercise {number}: right.{kept}")
        _explain(sentence)
    else:
        print(f"Exercise {number}: {sentence}")
    solved.seen(number, state, sentence)
    if picture is not None:
        show(*picture)


def check_solution(number, answer, *about):
    """Put the course's own solution through the same check, and draw the picture that a right answer makes.

    Parameters
    ----------
    number, answer, *about
        As for `judged`.

    Raises
    ------
    AssertionError
        If the check does not accept it.
    """
    state, sentence, picture = judged(number, answer, *about)
    if state != "right":
        raise AssertionError(f"The solution of exercise {number} is not accepted: {sentence}")
    if picture is None and exercise(number).draw is not None:
        raise AssertionError(f"The solution of exercise {number} makes no picture.")
    print(f"Exercise {number}: the folded solution passes the check." + (" Its picture:" if picture else ""))
    if picture is not None:
        show(*picture)
    _explain(sentence)


def _explain(sentence):
    """Show why an answer is right, folded: it would give the answer away."""
    display(
        {
            "text/html": f"<details><summary>Why</summary><p>{html.escape(sentence)}</p></details>",
            "text/plain": f"Why: {sentence}",
        },
        raw=True,
    )
