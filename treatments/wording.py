"""Interface sentences that touch health. A clinician signs this file off; see docs/sign-off.md."""

NOT_REVIEWED = "Not yet reviewed by this hospital."
PARTLY_REVIEWED = "Not all of this text has been reviewed by this hospital."
OVERDUE = "The review of this text was due by {due_by}. It may be out of date."
RETRACTED = "Retracted: the journal has withdrawn this article."
WITHDRAWN = (
    "The text that stood here is no longer published by this hospital. Please do not rely on a "
    "copy that you kept. If you have questions about what you read, ask your care team."
)
COPY = (
    "This file is a copy. The page may have changed since it was made, or be withdrawn: the "
    "address above shows what this hospital publishes now."
)

# The words by which a block of a text says what it is, {its class: words}.
LABELS = {
    "in-short": "In short",
    "urgent": "Urgent:",
    "emergency": "Emergency:",
    "do": "Do",
    "do-not": "Do not",
}
