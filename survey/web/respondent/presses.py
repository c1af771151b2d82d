"""What each button of a screen does. Each returns the address of the page that follows."""

from collections.abc import Callable, Mapping, Sequence

from survey.kit.errors import SurveyError
from survey.questionnaires.rules import check_answers, next_screen, previous_screen
from survey.questionnaires.types import Problem, Screen
from survey.responses.actions import answering
from survey.responses.models import ResponseDraft
from survey.responses.types import Footprint, GivenAnswers
from survey.web.respondent.forms import problems_with
from survey.web.respondent.visits import Visit
from survey.web.shared.door import now, session, wake

Press = Callable[[Visit, Screen, GivenAnswers], str]


class ScreenRefused(SurveyError):
    """The screen cannot be left like this. Nothing was stored."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(" ".join(problem.sentence for problem in problems))
        self.problems = problems


def go_on(visit: Visit, screen: Screen, given: GivenAnswers) -> str:
    """Continue: keep the draft and show the next screen; at the end of the path, send."""
    _refuse_misfits(problems_with(visit.document, screen, given))
    draft = _saved(visit, screen, given)
    following = next_screen(visit.document, draft.answers, screen.key)
    return _address(visit, following) if following else send(visit, screen, given)


def go_back(visit: Visit, screen: Screen, given: GivenAnswers) -> str:
    """Back: nothing typed is lost, and nothing is asked for."""
    answers = visit.answers
    if not check_answers(visit.document, given):
        answers = _saved(visit, screen, given).answers
    return _address(visit, previous_screen(visit.document, answers, screen.key) or screen)


def leave_it(visit: Visit, screen: Screen, given: GivenAnswers) -> str:  # noqa: ARG001 (a press)
    """Leave it at that: go on without what stands on this screen."""
    return go_on(visit, screen, {})


def send(visit: Visit, screen: Screen, given: GivenAnswers) -> str:
    """Send, or stop here and send."""
    _refuse_misfits(check_answers(visit.document, given))
    try:
        answering.submit_response(
            session(),
            visit.invitation,
            visit.document,
            given,
            screen=screen,
            now=now(),
            zone=visit.zone,
            footprint=visit.footprint,
        )
    except answering.NothingChosen as refused:
        raise ScreenRefused([Problem(screen.questions[0].key, str(refused))]) from None
    wake("code")
    return visit.to("thanks")


PRESSES: Mapping[str, Press] = {
    "on": go_on,
    "back": go_back,
    "leave": leave_it,
    "stop": send,
    "send": send,
}


def _saved(visit: Visit, screen: Screen, given: GivenAnswers) -> ResponseDraft:
    # What the sitting opened is looked up once, at its first press: a draft once doubted stays so.
    is_first = visit.draft is None or visit.draft.sitting != visit.sitting or visit.is_driven
    return answering.save_draft(
        session(),
        visit.invitation,
        visit.document,
        given,
        screen=screen,
        now=now(),
        footprint=visit.footprint if is_first else Footprint(now(), visit.sitting),
    )


def _refuse_misfits(problems: Sequence[Problem]) -> None:
    if problems:
        raise ScreenRefused(problems)


def _address(visit: Visit, screen: Screen) -> str:
    return visit.to("show", screen=screen.key)
