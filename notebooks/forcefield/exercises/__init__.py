"""Exercises that say what is still wrong, and quizzes.

base           an exercise; where those of a lesson are found
checking       check an answer, or the course's own solution
answers        what an answer may be: number, array, letter, function; sentences for everything else
time_limit     an endless loop ends too
solved         which exercises are solved
quiz           three questions at the end of a lesson
readiness      the test of what the course takes for granted, and where to begin
prerequisites  its questions
lesson_NN      the exercises and the quiz of each lesson
"""

from forcefield.exercises.base import exercises_of
from forcefield.exercises.checking import check, check_solution
from forcefield.exercises.quiz import quiz
from forcefield.exercises.readiness import self_test
from forcefield.exercises.solved import progress, progress_of_all

__all__ = ["check", "check_solution", "exercises_of", "progress", "progress_of_all", "quiz", "self_test"]
