"""`sentences` of a sound file -> the books that announcements are spoken by."""

from __future__ import annotations

from softswitch.config.models.root import Configuration
from softswitch.sentences.book import Book, book_of
from softswitch.types import Language


def books(file: Configuration) -> dict[Language, Book]:
    """By language, those that are configured."""
    return {
        Language(name): book_of(Language(name), section.model_dump(exclude_unset=True))
        for name, section in file.sentences.items()
    }
