// Select2 takes no name from its field's label: say it where screen readers look for it.
"use strict";

// Behind Django's own, which makes the boxes.
django.jQuery(($) => {
  for (const field of document.querySelectorAll("select.admin-autocomplete")) {
    const [label] = field.labels;
    const shown = document.getElementById(`select2-${field.id}-container`);
    label.id ||= `${field.id}_label`;
    for (const box of [shown, shown.parentElement]) {
      box.setAttribute("aria-labelledby", `${label.id} ${shown.id}`);
    }

    // What opens is made anew each time.
    $(field).on("select2:open", () => {
      shown.parentElement.setAttribute("aria-controls", `select2-${field.id}-results`);
      const opened = document.querySelector(".select2-container--open .select2-dropdown");
      const parts = opened.querySelectorAll(".select2-search__field, .select2-results__options");
      parts.forEach((part) => part.setAttribute("aria-labelledby", label.id));
    });
  }
});
