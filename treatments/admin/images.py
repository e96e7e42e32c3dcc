"""Pictures: the list, the form, what shows them; the verbs are in `treatments.picturing`."""

from collections import Counter

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.contrib.admin.widgets import AdminTextareaWidget
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, Sum
from django.db.models.functions import Length
from django.http import HttpResponseRedirect
from django.template.defaultfilters import filesizeformat
from django.template.loader import render_to_string
from django.urls import path, reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.timezone import localtime

from treatments import picturing, pixels
from treatments.admin import picture_files, writing
from treatments.models import Edition, Image, ImageFile, Placement
from treatments.publishing import MANAGE, WRITE, NotAllowed, Refusal

THUMBNAIL = (120, 90)  # points at most
ADDED = "Kept. In a text, the button “Picture” finds it."


def change_url(image):
    return reverse("admin:treatments_image_change", args=[image.pk])


class UsedIn(admin.SimpleListFilter):
    title = "where used"
    parameter_name = "used"

    def lookups(self, request, model_admin):
        return [("live", "on a page that patients read"), ("never", "nowhere")]

    def queryset(self, request, images):
        if self.value() == "live":
            return images.placed(Edition.objects.live())
        if self.value() == "never":
            return images.exclude(pk__in=Image.objects.placed().values("pk"))
        return images


class ImageList(ChangeList):
    """Fetches sizes and uses of the rows shown in three queries, rather than of every picture."""

    def get_results(self, request):
        super().get_results(request)
        images = list(self.result_list)
        sizes = ImageFile.objects.sizes(images)
        shown = Placement.objects.filter(image__in=images)
        # As EXISTS, since both databases would work out an IN of everything live first.
        live = shown.filter(Exists(Edition.objects.live().filter(pk=OuterRef("edition"))))
        pages = Counter(image for image, _ in set(live.values_list("image", "edition__page")))
        used = set(shown.values_list("image", flat=True))
        for image in images:
            image.sizes_found = sizes.get(image.pk, [])
            image.live_pages_found, image.is_used = pages[image.pk], image.pk in used
        self.result_list = images


class ImageForm(forms.ModelForm):
    class Meta:
        model = Image
        fields = ["title", "alternative", "decorative", "credit"]
        widgets = {
            "title": forms.TextInput(attrs={"class": "vTextField"}),
            "alternative": AdminTextareaWidget(attrs={"rows": 3}),
        }


class AddForm(ImageForm):
    """With the file; what is made of it stands in `picture`."""

    file = forms.FileField(
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp,image/gif"}),
        help_text=f"JPEG, PNG or WebP, {pixels.LARGEST_FILE // 1_000_000} MB and "
        f"{pixels.MOST_PIXELS // 1_000_000} million pixels at most; best {pixels.WIDTHS[-1]} "
        "pixels wide or more. It is made anew from its pixels alone: no place, no date and no "
        "name that a camera wrote into it is kept. What shows through becomes white. Show no "
        "person who has not agreed to it, and nothing of a patient.",
    )

    class Meta(ImageForm.Meta):
        fields = ["file", *ImageForm.Meta.fields]

    def clean_file(self):
        file = self.cleaned_data["file"]
        try:
            # One byte more than allowed is enough to see that there are too many.
            self.picture = picturing.remade(file.read(pixels.LARGEST_FILE + 1))
        except Refusal as refusal:
            raise forms.ValidationError(str(refusal)) from refusal
        here = Image.objects.filter(key=self.picture.key).first()
        if here:
            raise forms.ValidationError(_here_already(here))
        return file


def _here_already(image):
    link = format_html('<a href="{}">{}</a>', change_url(image), image.title)
    return format_html("This picture is here already: {}.", link)


@admin.register(Image)
class ImageAdmin(admin.ModelAdmin):
    list_display = ["thumbnail", "title", "described", "live_pages", "added"]
    list_display_links = ["thumbnail", "title"]
    list_filter = [UsedIn]
    list_per_page = 100
    show_full_result_count = False
    search_fields = ["title", "alternative", "credit"]
    search_help_text = "Search by what it shows, its alternative text, or where it comes from."
    ordering = ["-added_at", "-pk"]

    def get_changelist(self, request, **kwargs):
        return ImageList

    def get_actions(self, request):
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)  # it passes the verb by
        return actions

    # The columns; what ends in `_found` comes from ImageList

    @admin.display(description="picture")
    def thumbnail(self, image):
        return shown_within(image, image.sizes_found, THUMBNAIL, alternative=image.title)

    @admin.display(description="alternative text", ordering="alternative")
    def described(self, image):
        return image.alternative or "Only decorative"

    @admin.display(description="live pages that show it")
    def live_pages(self, image):
        if not image.live_pages_found:
            return "None, but an edition" if image.is_used else "Used nowhere"
        return image.live_pages_found

    @admin.display(description="added", ordering="added_at")
    def added(self, image):
        return date_format(localtime(image.added_at), "j F Y")

    # The form

    def get_form(self, request, obj=None, change=False, **kwargs):
        return super().get_form(
            request, obj, change, **kwargs | {"form": ImageForm if change else AddForm}
        )

    def get_fields(self, request, obj=None):
        if obj is None:
            return ["file", *ImageForm.Meta.fields]
        return ["shown", *ImageForm.Meta.fields, "used_in", "kept"]

    def get_readonly_fields(self, request, obj=None):
        return ["shown", "used_in", "kept"] if obj else []

    @admin.display(description="the picture")
    def shown(self, image):
        return shown_within(image, _sizes(image), (400, 400), alternative=image.alternative)

    @admin.display(description="used in")
    def used_in(self, image):
        pages = {}
        for use in picturing.uses(image):
            url = writing.edition_url(use.edition.page, use.edition.number)
            pages.setdefault(use.edition.page, []).append((use, url))
        found = [(page, writing.text_url(page), shown) for page, shown in pages.items()]
        return render_to_string("admin/treatments/image/_used_in.html", {"pages": found})

    @admin.display(description="kept as")
    def kept(self, image):
        files = ImageFile.objects.filter(image=image)
        size = files.aggregate(size=Sum(Length("content")))["size"] or 0
        told = ", ".join(f"{width} × {height}" for width, height in _sizes(image))
        by = f", added by {image.added_by.signature()}" if image.added_by else ""
        return f"{told} pixels, {filesizeformat(size)}{by}"

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except NotAllowed as refusal:
            raise PermissionDenied from refusal
        except Refusal as refusal:  # it changed since the form was looked at
            self.message_user(request, str(refusal), messages.ERROR)
            return HttpResponseRedirect(request.path)

    def save_model(self, request, obj, form, change):
        said = {name: form.cleaned_data[name] for name in picturing.FIELDS}
        if change:
            picturing.describe(image=obj, by=request.user, **said)
            return
        saved = picturing.add(by=request.user, picture=form.picture, **said)
        obj.pk = saved.pk
        obj.refresh_from_db()
        for remark in form.picture.remarks:
            self.message_user(request, remark, messages.WARNING)
        self.message_user(request, ADDED, messages.SUCCESS)

    def delete_model(self, request, obj):
        picturing.delete(image=obj, by=request.user)

    def delete_view(self, request, object_id, extra_context=None):
        try:
            return super().delete_view(request, object_id, extra_context)
        except Refusal as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
            return HttpResponseRedirect(reverse("admin:treatments_image_changelist"))

    # Who may

    def has_view_permission(self, request, obj=None):
        return picture_files.works_with_texts(request.user)

    def has_add_permission(self, request):
        return request.user.has_perm(WRITE)

    def has_change_permission(self, request, obj=None):
        return request.user.has_perm(WRITE)

    def has_delete_permission(self, request, obj=None):
        """Only what no edition shows can go; an approved text keeps its pictures."""
        allowed = request.user.has_perm(MANAGE)
        return allowed and (obj is None or not obj.placements.exists())

    def get_urls(self):
        staff = self.admin_site.admin_view
        file = "<slug:key>-<int:width>.webp"
        return [
            path(f"file/{file}", staff(picture_files.image_file), name="image_file"),
            path("file/<slug:key>.webp", staff(picture_files.image_in_editor), name="editor_image"),
            path("search/", staff(picture_files.picture_search), name="picture_search"),
            # For whoever has the link.
            path(f"shared/<str:token>/{file}", picture_files.shared_image, name="shared_image"),
            *super().get_urls(),
        ]


def _sizes(image):
    return ImageFile.objects.sizes([image]).get(image.pk, [])


def shown_within(image, sizes, box, alternative):
    """The smallest file of a picture, no larger than the box, as an element; a dash without one."""
    if not sizes:
        return "–"
    (width, height), (address, *_) = sizes[0], picture_files.staff_files(image.key, sizes[:1])[0]
    scale = min(1, *(most / side for side, most in zip((width, height), box, strict=True)))
    return format_html(
        '<img src="{}" width="{}" height="{}" alt="{}" loading="lazy">',
        address,
        max(1, round(width * scale)),
        max(1, round(height * scale)),
        alternative,
    )
