"""Numbers as people read them."""


def format_number(value):
    """Three digits, thousands apart."""
    if not value:
        return "0"
    if abs(value) < 1:
        return f"{value:.3g}"
    if abs(value) < 100:
        return f"{value:.{2 if abs(value) < 10 else 1}f}"
    return f"{round(value):,}"


def format_target(ratio):
    """ "≤ 0.9", or nothing where nothing is claimed."""
    if ratio.get("target") is None:
        return ""
    return f"{'≥' if ratio.get('at_least') else '≤'} {ratio['target']:g}"
