"""The page about the program."""


def test_it_names_what_the_program_is_built_from_with_its_licence(page):
    words = page("/about").get_text()
    for package in ("htmx.org", "@tabler/core", "Flask", "SQLAlchemy", "line-bot-sdk"):
        assert package in words
    assert "Permission is hereby granted, free of charge" in words


def test_somebody_who_is_not_signed_in_is_asked_to_sign_in(anybody, owner):
    answer = anybody.get("/about")
    assert answer.status_code == 303
    assert "/sign-in" in answer.location
