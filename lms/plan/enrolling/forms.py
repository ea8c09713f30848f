"""Forms of enrolling many people: shape and type of input only."""

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import SelectField

from lms.platform.forms import Form, needed


class CourseForm(Form):
    """In which course the chosen people are enrolled."""

    khoa = SelectField(_l("Khóa học"), [needed(_l("Hãy chọn khóa học."))])


class CourseListForm(CourseForm):
    """In which course, and the list of people."""

    file = FileField(_l("Tệp danh sách"))
