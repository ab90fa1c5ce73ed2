"""How does a page say that something went wrong, or that there is nothing to show yet?"""

import re

import streamlit as st

from glan_core.errors import GlanError

_WORD_JOINER = "\u2060"  # no width, no break: keeps an address from being made a link, which escaping does not
_LINK_STARTS = re.compile(r"https?:/|ftp:/|www|@", re.IGNORECASE)


def plain(text: str) -> str:
    """Give text as it is: nothing a model or a user wrote is taken for Markdown, nor an address for a link."""
    text = "  \n".join(line.strip() for line in text.splitlines() if line.strip()).replace("&", "&amp;")
    text = _LINK_STARTS.sub(lambda start: f"{start[0]}{_WORD_JOINER}", text)
    return "".join(f"\\{letter}" if letter in r"\`*_{}[]()#+-.!|~<>$:" else letter for letter in text)


def as_code(text: str) -> str:
    """Give one line of text as code within Markdown: nothing in it is taken for markup, and copied it is as it was."""
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", text)), default=0))
    edge = " " if "`" in text else ""
    return f"{fence}{edge}{text}{edge}{fence}" if text else ""


def show_error(error: GlanError) -> None:
    """Show what happened and what to do about it."""
    hint = f"  \n{plain(error.hint)}" if error.hint else ""
    st.error(f"**{plain(error.message)}**{hint}", icon=":material/error:")


def show_empty(sentence: str, *, page: str, label: str) -> None:
    """Say why there is nothing here yet, and offer the page to go to next."""
    with st.container(border=True, horizontal_alignment="center", gap="small"):
        st.markdown(sentence, text_alignment="center")
        st.page_link(page, label=label, icon=":material/arrow_forward:")
