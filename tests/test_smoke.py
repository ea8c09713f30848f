"""The scaffolding itself."""


def test_a_page_that_does_not_exist_says_so_in_vietnamese(browse, cast):
    page = browse.as_(cast.an).get("/khong-co", 404)
    assert page.heading == "Không tìm thấy trang"
