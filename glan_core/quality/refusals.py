"""Does a text decline to answer?

    I'm sorry, but I can't help with that.     yes
    I cannot overstate how much this matters.  no

It looks at how a text begins, in English alone: models refuse in English more often than not, whatever they were asked
in, and in other languages nothing is guessed.
"""

import re

_BEGINNING_CHARACTERS = 240
_CANNOT = r"(?:can(?:no|')t|can not|could not|couldn't|won't|will not)"
_UNABLE = r"(?:am|'m) (?:unable|not able|not allowed|not permitted|not comfortable|not going) to\b"
_DECLINE = (
    r"(?:(?:must|have to|will have to) (?:respectfully |politely )?|respectfully |politely )?(?:decline|refuse)\b"
    r"|(?:do not|don't) feel comfortable\b|would rather not (?:answer|discuss|help)\b"
)
# "I cannot" alone begins many a good answer; with these it begins a refusal. "I can't help but" is none.
_HELP = (
    r"(?:\w+ly )?(?:help(?! but)|assist|answer|respond|provide|comply|fulfill?|generate|create|write|discuss|engage"
    r"|support|participate|complete|process|continue|(?:do|give|share|offer|tell|show) (?:that|this|you|any))\b"
)
_APOLOGY = (
    r"(?:i(?:'m| am) (?:very |so |really |truly )?(?:sorry|afraid)|sorry|i apologi[sz]e|(?:my )?apologies"
    r"|unfortunately|regrettably|i regret)\b[^\n]{0,80}?\bi(?: |')"
)
_AI = r"as an (?:ai|artificial intelligence)(?: language)?(?: model| assistant| system)?,? (?:i|it|my)\b"
_REFUSAL = re.compile(
    rf"(?:{_APOLOGY}(?:{_CANNOT}|(?:am |m )?(?:unable|not able|not allowed)\b|{_DECLINE})"
    rf"|i(?: |(?='))(?:{_CANNOT} {_HELP}|{_UNABLE}|{_DECLINE})"
    rf"|{_AI}"
    r"|it (?:is|would be|wouldn't be|is not|isn't) (?:not )?(?:in)?appropriate for me to\b"
    r"|(?:this|your|the) (?:request|question|prompt) (?:violates|goes against)\b)",
    re.IGNORECASE,
)
_DECORATION = re.compile(r"^[\s*_#>\"“'`-]+")


def is_refusal(text: str) -> bool:
    """Say whether a text begins as a refusal does."""
    beginning = _DECORATION.sub("", text[:_BEGINNING_CHARACTERS]).replace("’", "'")
    return _REFUSAL.match(beginning) is not None
