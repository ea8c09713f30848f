"""Passwords of the cast, and signing in with them."""

PASSWORD = "cá rô kho tộ ngon"
OTHER = "chuồn chuồn bay thấp"


def sign_in(browse, login, password=PASSWORD, status=303):
    return browse.post("identity.sign_in", status, data={"login": login, "password": password})
