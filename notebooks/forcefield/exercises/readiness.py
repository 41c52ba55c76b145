"""The test of what the course takes for granted: five minutes, and where to read what is missing."""

import html
from typing import NamedTuple

import ipywidgets as widgets

from forcefield.exercises.prerequisites import PREREQUISITES
from forcefield.exercises.quiz import Quiz, still_question


class Advice(NamedTuple):
    """Where to begin, from this number of right answers on."""

    at_least: int
    words: str


ADVICE = (
    Advice(6, "Begin with lesson 1, or choose a way below. What you missed, look up when you meet it."),
    Advice(4, "First read the pages named at the questions that you missed, about an hour. Then begin with lesson 1."),
    Advice(
        0,
        "Take the way of one hour first: it needs pictures and sliders and no formula. Read the pages named at the "
        "questions that you missed, an evening or two, and try this test again before lesson 1.",
    ),
)
"""From most to fewest right answers."""


def advice(right):
    """Where to begin with this number of right answers, a str."""
    return next(one.words for one in ADVICE if right >= one.at_least)


class SelfTest(Quiz):
    """A quiz that says at every wrong answer where to read, and at the end where to begin."""

    def __init__(self):
        super().__init__([one.question for one in PREREQUISITES])
        self.result = widgets.HTML(self.result_in_words())
        self.children = (*self.children, self.result)

    def right_and_answered(self):
        """How many answers are right, and how many questions are answered, two int."""
        chosen = [choice.value for choice in self.choices]
        right = [
            answer == list(question.answers)[question.right]
            for answer, question in zip(chosen, self.questions, strict=True)
        ]
        return sum(right), sum(answer is not None for answer in chosen)

    def result_in_words(self):
        """HTML: how many are answered, and when all are, how many are right and where to begin."""
        right, answered = self.right_and_answered()
        words = f"{answered} of {len(self.questions)} questions answered."
        if answered == len(self.questions):
            words = f"<b>{right} of {answered} right.</b> {html.escape(advice(right))}"
        return f'<p role="status" class="course-reply">{words}</p>'

    def reply(self, place, chosen):
        """Say whether the chosen answer is right, and if not, where to read."""
        said = self.said(place, chosen)
        question = self.questions[place]
        if chosen is not None and list(question.answers).index(chosen) != question.right:
            said = said.replace("</p>", f" {reading(PREREQUISITES[place])}</p>")
        self.replies[place].value = said
        self.result.value = self.result_in_words()

    def _repr_mimebundle_(self, **kwargs):
        """The widget, and for viewers without widgets the questions with folded answers and what to read."""
        bundle = super()._repr_mimebundle_(**kwargs)
        bundle["text/html"] = "".join(
            still_question(number, one.question) + f"<p>{reading(one)}</p>"
            for number, one in enumerate(PREREQUISITES, 1)
        )
        return bundle


def reading(prerequisite):
    """HTML: the page where one reads up on what a question asks."""
    link = f'<a href="{prerequisite.address}" target="_blank" rel="noopener">{html.escape(prerequisite.page)}</a>'
    return f"Read: {link}."


def self_test():
    """The test of prerequisites.

    Returns
    -------
    SelfTest
    """
    return SelfTest()
