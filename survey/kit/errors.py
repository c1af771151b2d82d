"""The root of every error a person may see."""


class SurveyError(Exception):
    """Something is wrong in a way a person can mend.

    `str(error)` is one sentence that says what is wrong and what to do next. Subclasses live
    beside the action that raises them and are named for what is wrong.
    """
