"""Three questions at the end of a lesson, which say at once whether an answer is right, and why."""

import html
from typing import NamedTuple

import ipywidgets as widgets

from forcefield.exercises.base import edition, module_of
from forcefield.explorers.controls import PIXEL


class Question(NamedTuple):
    """One question of a quiz.

    Parameters
    ----------
    question : str
    answers : dict of str to str
        Three or four answers in plain text, and to each what is said of it: why it is right, or what it overlooks.
    right : int
        Which of them is right, counted from 0.
    """

    question: str
    answers: dict
    right: int


class Quiz(widgets.VBox):
    """Questions with their answers to choose from; what is said of the chosen one stands below.

    Parameters
    ----------
    questions : sequence of Question
    """

    def __init__(self, questions):
        self.questions = questions
        self.choices, self.replies = [], []
        for number, question in enumerate(questions, 1):
            choice = widgets.RadioButtons(
                options=list(question.answers),
                value=None,
                description=f"{number}. {question.question}",
                layout={"width": "auto", "max_width": "900px"},
            )
            choice.style.description_width = "100%"
            choice.add_class("course-question")
            reply = widgets.HTML(self.said(number - 1, None))
            choice.observe(lambda change, place=number - 1: self.reply(place, change["new"]), names="value")
            self.choices.append(choice)
            self.replies.append(reply)
        pairs = [one for pair in zip(self.choices, self.replies, strict=True) for one in pair]
        super().__init__([widgets.HTML(LOOK), *pairs, widgets.HTML(WHEN_LOADED)])
        self.add_class("course-quiz")

    def said(self, place, chosen):
        """What stands below a question: HTML, empty before an answer is chosen."""
        question = self.questions[place]
        words = ""
        if chosen is not None:
            right = list(question.answers).index(chosen) == question.right
            words = f"<b>{'Right.' if right else 'Not quite.'}</b> {html.escape(question.answers[chosen])}"
        return f'<p role="status" class="course-reply">{words}</p>'

    def reply(self, place, chosen):
        """Say whether the chosen answer is right, and why."""
        self.replies[place].value = self.said(place, chosen)

    def _repr_mimebundle_(self, **kwargs):
        """The widget, and for viewers without widgets the questions with folded answers."""
        bundle = super()._repr_mimebundle_(**kwargs)
        bundle["text/html"] = "".join(
            still_question(number, question) for number, question in enumerate(self.questions, 1)
        )
        bundle["text/plain"] = "\n".join(question.question for question in self.questions)
        return bundle


LOOK = """<style>
.course-question { flex-direction: column; height: auto; }
.course-question > label { white-space: normal; text-align: left; font-weight: 600; line-height: 1.4; }
.course-question .widget-radio-box { max-width: none; }
.course-question .widget-radio-box label { white-space: normal; height: auto; line-height: 1.4; }
.course-reply { line-height: 1.4; margin: 0 0 10px; min-height: 1.4em; }
</style>"""
"""Long answers are read whole, on several lines."""

# What ipywidgets leaves out: a group of answers is named by its question, and JupyterLab, which takes arrow keys for
# itself, leaves them to the answers. Script in an HTML widget does not run, the load event of a picture does.
NAME_GROUPS = """
for (const group of this.closest('.course-quiz').querySelectorAll('.course-question')) {
    group.setAttribute('role', 'radiogroup');
    group.setAttribute('aria-label', group.querySelector('label').textContent);
    for (const answer of group.querySelectorAll('input')) {
        answer.setAttribute('data-lm-suppress-shortcuts', 'true');
    }
}
"""

WHEN_LOADED = f'<img alt="" width="1" height="1" onload="{html.escape(NAME_GROUPS)}" src="{PIXEL}">'


def still_question(number, question):
    """HTML of a question for a page without kernel."""
    choices = "".join(f"<li>{html.escape(answer)}</li>" for answer in question.answers)
    asked = f"<p><b>{number}. {html.escape(question.question)}</b></p><ol type='A'>{choices}</ol>"
    if edition() == "student":
        return asked
    right = list(question.answers)[question.right]
    return (
        f"{asked}<details><summary>Answer</summary><p>{'ABCD'[question.right]}: {html.escape(right)} "
        f"{html.escape(question.answers[right])}</p></details>"
    )


def quiz(lesson):
    """The quiz of a lesson.

    Parameters
    ----------
    lesson : int

    Returns
    -------
    Quiz
    """
    return Quiz(module_of(lesson).QUIZ)
