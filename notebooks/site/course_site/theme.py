"""What the theme and its helpers leave out."""


def name_folds(app, name, template, context, document):
    """A folded cell is named by the words on it: another name would hide them from people who do not see them."""
    if "body" in context:
        context["body"] = context["body"].replace(' aria-label="Toggle hidden content"', "")
