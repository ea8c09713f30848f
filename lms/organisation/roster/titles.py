"""Which position group (nhóm vị trí) a title names, told by title, department and kind of unit."""

from collections.abc import Callable
from dataclasses import dataclass

from lms.organisation.models import StaffCategory
from lms.organisation.roster.columns import plain

DISTRICT_KINDS = frozenset({"quan", "huyen", "thi_xa"})
COMMUNE_KINDS = frozenset({"phuong", "xa", "thi_tran"})
DEPARTMENT_KINDS = frozenset({"so", "ban", "thanh_tra", "van_phong", "nganh", "to_chuc_hanh_chinh"})

_COMMUNE_TITLES = (
    "chi huy truong",
    "van phong thong ke",
    "dia chinh",
    "tai chinh ke toan",
    "tu phap ho tich",
    "van hoa xa hoi",
)


@dataclass(frozen=True)
class Post:
    """What is looked at, all of it folded."""

    title: str
    department: str
    kind: str
    category: str

    def says(self, *words: str) -> bool:
        """Whether the title holds one of the phrases."""
        return any(f" {word} " in f" {self.title} " for word in words)

    def begins(self, *words: str) -> bool:
        """Whether the title begins with one of the phrases."""
        return any(f"{self.title} ".startswith(f"{word} ") for word in words)

    def sits_in(self, *words: str) -> bool:
        """Whether the department's name holds one of the phrases."""
        return any(f" {word} " in f" {self.department} " for word in words)


def _heads_council(post: Post) -> bool:
    return post.begins("chu tich", "pho chu tich") and not post.says("mttq", "mat tran", "hoi", "cong doan")


_RULES: tuple[tuple[str, Callable[[Post], bool]], ...] = (
    ("to-cnscd", lambda p: p.says("to cong nghe so cong dong", "to chuyen doi so cong dong")),
    ("doan-vien-tinh-nguyen", lambda p: p.category == StaffCategory.COMMUNITY and p.says("doan vien", "tinh nguyen")),
    ("to-cnscd", lambda p: p.category == StaffCategory.COMMUNITY),
    ("lanh-dao-tp", lambda p: p.kind in ("ubnd", "thanh_pho", "hdnd") and _heads_council(p)),
    ("lanh-dao-quan-huyen", lambda p: p.kind in DISTRICT_KINDS and _heads_council(p)),
    ("lanh-dao-cap-xa", lambda p: p.kind in COMMUNE_KINDS and _heads_council(p)),
    (
        "lanh-dao-so",
        lambda p: p.kind in DEPARTMENT_KINDS
        and p.begins("giam doc so", "pho giam doc so", "giam doc", "pho giam doc", "chanh thanh tra thanh pho",
                     "truong ban", "pho truong ban", "pho chanh thanh tra thanh pho")
        and not p.sits_in("trung tam", "chi cuc"),
    ),
    (
        "lanh-dao-phong",
        lambda p: p.begins("truong phong", "pho truong phong", "pho phong", "chanh van phong", "pho chanh van phong",
                           "chanh thanh tra", "pho chanh thanh tra", "chi cuc truong", "pho chi cuc truong",
                           "giam doc trung tam", "pho giam doc trung tam", "giam doc", "pho giam doc"),
    ),
    ("vien-chuc-giao-duc", lambda p: p.says("giao vien", "hieu truong", "pho hieu truong", "hieu pho")),
    ("vien-chuc-y-te", lambda p: p.says("bac si", "y si", "dieu duong", "ho sinh", "duoc si", "tram truong tram y te")),
    ("can-bo-cap-xa", lambda p: p.kind in COMMUNE_KINDS and p.category == StaffCategory.OFFICIAL),
    ("cong-chuc-cap-xa", lambda p: p.says(*_COMMUNE_TITLES)),
    ("khong-chuyen-trach", lambda p: p.says("khong chuyen trach", "truong thon", "to truong to dan pho")),
    ("cong-chuc-tap-su", lambda p: p.says("tap su")),
    ("van-thu-luu-tru", lambda p: p.says("van thu", "luu tru")),
    ("ke-toan-tai-chinh", lambda p: p.says("ke toan", "thu quy")),
    ("chuyen-trach-attt", lambda p: p.says("an toan thong tin", "an ninh mang")),
    ("chuyen-trach-cntt", lambda p: p.says("cong nghe thong tin", "cntt", "quan tri mang", "lap trinh vien")),
    ("thanh-tra-vien", lambda p: p.says("thanh tra vien") or (p.sits_in("thanh tra") and p.begins("chuyen vien"))),
    ("mot-cua", lambda p: p.sits_in("mot cua", "tiep nhan va tra ket qua", "phuc vu hanh chinh cong")),
    ("hop-dong-111", lambda p: p.category == StaffCategory.WORKER and not p.begins("chuyen vien", "can su")),
    (
        "tham-muu-tong-hop",
        lambda p: p.begins("chuyen vien") and p.sits_in("van phong", "to chuc hanh chinh", "tong hop", "phap che"),
    ),
    ("chuyen-mon-nghiep-vu", lambda p: p.begins("chuyen vien", "can su")),
    ("vien-chuc-khac", lambda p: p.category == StaffCategory.PUBLIC_EMPLOYEE),
)  # fmt: skip
"""The first rule that fits names the group."""


def position_for(*, title: str, department: str, kind: str, category: str) -> str:
    """The code of the position group; "" when the title names none."""
    post = Post(plain(title), plain(department), kind, category)
    return next((code for code, fits in _RULES if fits(post)), "")
