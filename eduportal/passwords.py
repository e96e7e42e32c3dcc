"""What people are told when they choose a password."""

ADVICE = (
    "We advise 15 characters or more. Four or five words that have nothing to do with each other "
    "are easy to remember and hard to guess; capitals, digits and signs are welcome, not required."
)


class Advice:
    """A validator that refuses nothing: its words stand in every form that asks for a password."""

    def validate(self, password, user=None):
        pass

    def get_help_text(self):
        return ADVICE
