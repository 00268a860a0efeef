"""Why a request is not answered with what it asked for.

ApiError                any status, generic body
├── Refused             422 with a sentence and perhaps one of Traede's codes
├── NotFound            404
└── Broken              500: what PHP throws at a malformed query
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum


class Code(IntEnum):
    """The domain codes of `core-api.txt`; 0 is plain validation."""

    VALIDATION = 0
    CATEGORY_EXISTS = 40001
    CUSTOMER_NUMBER_TAKEN = 30002
    EMAIL_OF_ANOTHER_BRAND = 30003
    EMAIL_OF_A_CUSTOMER = 30004
    ATTRIBUTES_DIFFER = 1000001
    ITEM_NUMBER_TAKEN = 1000002
    SKU_TAKEN = 1000003
    LAST_VARIANT = 1000005
    SAME_ATTRIBUTES = 1000007
    SKU_TWICE = 1000008
    NO_BASE_PRICE = 1000014


class ApiError(Exception):
    """An answer other than success."""

    def __init__(self, status: int, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(status)
        self.status = status
        self.headers = dict(headers or {})


class Refused(ApiError):
    """The data cannot be taken as it is."""

    def __init__(self, *details: str, code: Code = Code.VALIDATION) -> None:
        super().__init__(422)
        self.details = details
        self.code = code


class NotFound(ApiError):
    def __init__(self) -> None:
        super().__init__(404)


class Broken(ApiError):
    """What a typed PHP method or the database throws: never explained to the caller."""

    def __init__(self) -> None:
        super().__init__(500)
