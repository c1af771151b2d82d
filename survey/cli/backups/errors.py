"""What can go wrong with a copy."""

from survey.kit.errors import SurveyError


class BackupFailed(SurveyError):
    """The copy was not made, or not brought back; what stood before still does."""


class NotABackup(SurveyError):
    """The file is no copy that `survey db backup` made."""
