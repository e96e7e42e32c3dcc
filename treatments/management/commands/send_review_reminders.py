"""Mail each owner of pages what is due; for a timer, once a week or once a day."""

from django.core.management.base import BaseCommand, CommandError

from treatments import reminding


class Command(BaseCommand):
    help = (
        "Mails each owner of pages one summary: what was sent back, what is overdue or due for "
        "review, what was imported and never reviewed. Pages without an owner go to Managers. "
        "Whoever was mailed today already is not mailed again. See docs/operating.md."
    )

    def handle(self, *, verbosity, **options):
        sent, failed = 0, []
        for reminder, error in reminding.send():
            if error is None:
                sent += 1
            else:
                failed.append(f"{reminder.person.email}: {error or type(error).__name__}")
        if verbosity:
            self.stdout.write(f"{sent} reminder{'' if sent == 1 else 's'} sent.")
        if failed:
            raise CommandError("These reminders could not be sent:\n" + "\n".join(failed))
