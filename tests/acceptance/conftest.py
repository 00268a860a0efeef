"""The real catalogs, each with accounts and folders of its own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.account import Account
from support.editing import furnished
from support.neutral import Brand, read_brand

from reconcile.sandbox import Dialect, Sandbox

BASE_CURRENCIES = {"northwind": "USD", "sunrise": "EUR", "wwi": "USD"}


@pytest.fixture(scope="session", autouse=True)
def nothing_from_outside() -> Iterator[None]:
    """What a developer has exported must not decide these tests."""
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.startswith(("TRAEDE_", "RECONCILE_")):
                patch.delenv(name)
        yield


@pytest.fixture(scope="session", params=BASE_CURRENCIES)
def catalog_name(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture(scope="session")
def brand(catalog_name: str) -> Brand:
    """A catalog that nobody of us wrote."""
    folder = os.environ.get("CATALOG_SAMPLES")
    if not folder:
        pytest.skip("CATALOG_SAMPLES does not name the folder of the real catalogs")
    return read_brand(Path(folder) / f"{catalog_name}.json")


@pytest.fixture(scope="session")
def base_currency(catalog_name: str) -> str:
    return BASE_CURRENCIES[catalog_name]


@pytest.fixture(scope="session")
def full(brand: Brand) -> Brand:
    """The same with some of everything that is not in it, collections above all."""
    return furnished(brand)


@pytest.fixture
def account(base_currency: str, tmp_path: Path) -> Iterator[Account]:
    """An empty account."""
    with Sandbox(dialect=Dialect(unknown_supplier="accept")) as box:
        yield Account(box, tmp_path, base_currency)
