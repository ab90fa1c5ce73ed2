"""Which languages can a run write in, and what does a prompt call them?

    >>> language_code("Korean"), language_name("ko")
    ('ko', 'Korean')

They are the languages with a code of two letters (ISO 639-1) that the quality check can tell apart, so that no run can
ask for a language in which nobody would notice the wrong one.
"""

import difflib

from glan_core.errors import SettingsError

LANGUAGE_NAMES = {
    "af": "Afrikaans", "am": "Amharic", "an": "Aragonese", "ar": "Arabic", "as": "Assamese", "az": "Azerbaijani",
    "ba": "Bashkir", "be": "Belarusian", "bg": "Bulgarian", "bn": "Bengali", "br": "Breton", "bs": "Bosnian",
    "ca": "Catalan", "cs": "Czech", "cy": "Welsh", "da": "Danish", "de": "German", "dz": "Dzongkha", "el": "Greek",
    "en": "English", "eo": "Esperanto", "es": "Spanish", "et": "Estonian", "eu": "Basque", "fa": "Persian",
    "fi": "Finnish", "fo": "Faroese", "fr": "French", "fy": "West Frisian", "ga": "Irish", "gd": "Scottish Gaelic",
    "gl": "Galician", "gu": "Gujarati", "ha": "Hausa", "he": "Hebrew", "hi": "Hindi", "hr": "Croatian",
    "ht": "Haitian Creole", "hu": "Hungarian", "hy": "Armenian", "id": "Indonesian", "ig": "Igbo", "is": "Icelandic",
    "it": "Italian", "ja": "Japanese", "jv": "Javanese", "ka": "Georgian", "kk": "Kazakh", "km": "Khmer",
    "kn": "Kannada", "ko": "Korean", "ku": "Kurdish", "ky": "Kyrgyz", "la": "Latin", "lb": "Luxembourgish",
    "lg": "Ganda", "ln": "Lingala", "lo": "Lao", "lt": "Lithuanian", "lv": "Latvian", "mg": "Malagasy",
    "mk": "Macedonian", "ml": "Malayalam", "mn": "Mongolian", "mr": "Marathi", "ms": "Malay", "mt": "Maltese",
    "my": "Burmese", "ne": "Nepali", "nl": "Dutch", "nn": "Norwegian Nynorsk", "no": "Norwegian", "oc": "Occitan",
    "om": "Oromo", "or": "Odia", "pa": "Punjabi", "pl": "Polish", "ps": "Pashto", "pt": "Portuguese", "qu": "Quechua",
    "ro": "Romanian", "ru": "Russian", "rw": "Kinyarwanda", "sa": "Sanskrit", "se": "Northern Sami", "si": "Sinhala",
    "sk": "Slovak", "sl": "Slovenian", "sn": "Shona", "so": "Somali", "sq": "Albanian", "sr": "Serbian",
    "st": "Southern Sotho", "sv": "Swedish", "sw": "Swahili", "ta": "Tamil", "te": "Telugu", "tg": "Tajik",
    "th": "Thai", "tk": "Turkmen", "tl": "Tagalog", "tr": "Turkish", "tt": "Tatar", "ug": "Uyghur", "uk": "Ukrainian",
    "ur": "Urdu", "uz": "Uzbek", "vi": "Vietnamese", "vo": "Volapük", "wa": "Walloon", "xh": "Xhosa", "yo": "Yoruba",
    "zh": "Chinese", "zu": "Zulu",
}  # fmt: skip
"""The English name of each language by its code."""

_CLOSE_MATCHES = 3


def language_code(text: str) -> str:
    """Give the code of a language that is named by its code or its English name, in any letter case.

    SettingsError for any other text, with the names and codes that come close.
    """
    wanted = text.strip().casefold()
    if wanted in LANGUAGE_NAMES:
        return wanted
    codes = {name.casefold(): code for code, name in LANGUAGE_NAMES.items()}
    if wanted in codes:
        return codes[wanted]
    close = difflib.get_close_matches(wanted, [*codes, *LANGUAGE_NAMES], n=_CLOSE_MATCHES)
    close_codes = dict.fromkeys(codes.get(match, match) for match in close)
    meant = ", ".join(f"{code} ({LANGUAGE_NAMES[code]})" for code in close_codes)
    raise SettingsError(
        f"There is no language {text!r} to write in.",
        f"Did you mean {meant}?" if meant else "Give a code of two letters, such as ko, or an English name: Korean.",
    )


def language_name(code: str) -> str:
    """Give the English name that prompts call a language by; SettingsError for an unknown code."""
    return LANGUAGE_NAMES[language_code(code)]
