"""The certificates' rows of the permission table."""

from typing import Any

from tests.access import Row, learner, public
from tests.certificates.made import an_certificate
from tests.factories import Cast


def _certificate(cast: Cast) -> dict[str, Any]:
    return {"certificate_id": an_certificate(cast).id}


READERS = {"an": 403, "binh": 200, "chi": 404, "dung": 200, "giang": 200, "huy": 403}
REVOKERS = {"an": 403, "binh": 403, "chi": 403, "dung": 403, "giang": 200, "huy": 403}

ROWS = [
    learner("certificates.mine"),
    Row(
        endpoint="certificates.of_completion",
        values=lambda cast: {"completion_id": an_certificate(cast).completion_id},
        an=302,
        binh=404,
        chi=404,
        dung=404,
        giang=404,
        huy=404,
    ),
    Row(
        endpoint="certificates.pdf",
        values=_certificate,
        an=200,
        binh=200,
        chi=404,
        dung=200,
        giang=200,
        huy=404,
    ),
    public("certificates.verify_form"),
    public("certificates.verify", values=lambda cast: {"code": an_certificate(cast).code}),
    Row(endpoint="certificates.register", **{**READERS, "chi": 200}),
    Row(endpoint="certificates.register_file", **{**READERS, "chi": 200}),
    Row(endpoint="certificates.show", values=_certificate, **READERS),
    Row(endpoint="certificates.revoke", values=_certificate, **REVOKERS),
    Row(endpoint="certificates.reissue", values=_certificate, **REVOKERS),
]
