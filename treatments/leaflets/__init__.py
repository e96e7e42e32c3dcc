"""What a patient prints or keeps: a page's text as a tagged PDF in large type."""
