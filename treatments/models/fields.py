"""The column type of text with markup."""

from django.db import models

from treatments import richtext


class RichTextField(models.TextField):
    """HTML that is cleaned on every way into the database.

    The cleaning stands in `get_db_prep_save`, since `pre_save` is passed over by `update()`,
    `bulk_update()` and loaddata.
    """

    def get_db_prep_save(self, value, connection):
        if isinstance(value, str):
            value = richtext.clean(value)
        return super().get_db_prep_save(value, connection)
