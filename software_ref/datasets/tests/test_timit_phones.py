"""TIMIT's phones: 61 of them, 39 classes, folded as published."""

from collections import Counter

from software_ref.datasets.timit_phones import CLASSES, PHONE_CLASS


def folded(*phones: str) -> set[int | None]:
    return {PHONE_CLASS[phone] for phone in phones}


def test_sixty_one_phones_in_thirty_nine_classes() -> None:
    assert len(PHONE_CLASS) == 61
    assert len(CLASSES) == 39
    assert sorted(CLASSES) == list(CLASSES)
    assert {label for label in PHONE_CLASS.values() if label is not None} == set(range(39))


def test_phones_are_folded_as_by_lee_and_hon() -> None:
    for phones in (
        *(("aa", "ao"), ("ah", "ax", "ax-h"), ("er", "axr"), ("hh", "hv"), ("ih", "ix")),
        *(("l", "el"), ("m", "em"), ("n", "en", "nx"), ("ng", "eng"), ("sh", "zh"), ("uw", "ux")),
        ("pcl", "tcl", "kcl", "bcl", "dcl", "gcl", "h#", "pau", "epi"),
    ):
        label = PHONE_CLASS[phones[0]]
        assert folded(*phones) == {label}
        assert label is not None
        assert CLASSES[label] == {"pcl": "sil"}.get(phones[0], phones[0])
    assert PHONE_CLASS["q"] is None


def test_all_other_phones_are_classes_of_their_own() -> None:
    sizes = Counter(PHONE_CLASS.values())
    alone = [phone for phone, label in PHONE_CLASS.items() if sizes[label] == 1 and phone != "q"]
    assert len(alone) == 27
    for phone in alone:
        label = PHONE_CLASS[phone]
        assert label is not None
        assert CLASSES[label] == phone
