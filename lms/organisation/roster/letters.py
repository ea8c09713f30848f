"""Old Vietnamese letters: TCVN3 (.VnTime) and VNI text that stands in a file as Latin letters, made Unicode."""

import re
import unicodedata
from enum import StrEnum
from functools import lru_cache


class Letters(StrEnum):
    """How the letters of a text are to be read."""

    PLAIN = "plain"
    """Only ASCII: the same in every encoding."""
    UNICODE = "unicode"
    TCVN3 = "tcvn3"
    VNI = "vni"
    EITHER = "either"
    """Makes sense in more than one way; what stands around it decides."""


_TCVN3_CODES = (
    "\xb5\xb6\xb7\xb8\xb9" "\xa8\xbb\xbc\xbd\xbe\xc6" "\xa9\xc7\xc8\xc9\xca\xcb" "\xae" "\xcc\xce\xcf\xd0\xd1"
    "\xaa\xd2\xd3\xd4\xd5\xd6" "\xd7\xd8\xdc\xdd\xde" "\xdf\xe1\xe2\xe3\xe4" "\xab\xe5\xe6\xe7\xe8\xe9"
    "\xac\xea\xeb\xec\xed\xee" "\xef\xf1\xf2\xf3\xf4" "\xad\xf5\xf6\xf7\xf8\xf9" "\xfa\xfb\xfc\xfd\xfe"
    "\xa1\xa2\xa3\xa4\xa5\xa6\xa7"
)  # fmt: skip
_TCVN3_LETTERS = (
    "àảãáạ" "ăằẳẵắặ" "âầẩẫấậ" "đ" "èẻẽéẹ" "êềểễếệ" "ìỉĩíị" "òỏõóọ" "ôồổỗốộ" "ơờởỡớợ" "ùủũúụ" "ưừửữứự" "ỳỷỹýỵ" "ĂÂÊÔƠƯĐ"
)  # fmt: skip
_TCVN3 = dict(zip(map(ord, _TCVN3_CODES), _TCVN3_LETTERS, strict=True))
"""TCVN 5712:1993 (VN3, "ABC"): one byte a letter; capital accented vowels are a matter of the .VnTimeH font."""

_GRAVE, _HOOK, _TILDE, _ACUTE, _DOT = "\u0300", "\u0309", "\u0303", "\u0301", "\u0323"
_CIRCUMFLEX, _BREVE = "\u0302", "\u0306"
_TONES = {"ø": _GRAVE, "ù": _ACUTE, "û": _HOOK, "õ": _TILDE, "ï": _DOT}
_WITH_CIRCUMFLEX = {"â": "", "à": _GRAVE, "á": _ACUTE, "å": _HOOK, "ã": _TILDE, "ä": _DOT}
_WITH_BREVE = {"ê": "", "è": _GRAVE, "é": _ACUTE, "ú": _HOOK, "ü": _TILDE, "ë": _DOT}
_VNI_ALONE = {"ñ": "đ", "ô": "ơ", "ö": "ư", "ì": "ì", "í": "í", "æ": "ỉ", "ó": "ĩ", "ò": "ị", "î": "ỵ"}


def _vni_pairs() -> dict[str, str]:
    pairs: dict[str, str] = {}
    for base in ("a", "e", "o", "u", "y", "ô", "ö"):
        shown = _VNI_ALONE.get(base, base)
        for code, tone in _TONES.items():
            pairs[base + code] = shown + tone
        if base in "aeo":
            for code, tone in _WITH_CIRCUMFLEX.items():
                pairs[base + code] = shown + _CIRCUMFLEX + tone
        if base == "a":
            for code, tone in _WITH_BREVE.items():
                pairs[base + code] = shown + _BREVE + tone
    pairs |= _VNI_ALONE
    found = {}
    for code, letter in pairs.items():
        letter = unicodedata.normalize("NFC", letter)
        for typed in {code, code.upper(), code[0].upper() + code[1:]}:
            found[typed] = letter if typed[0] == code[0] else letter.upper()
    return found


_VNI = _vni_pairs()
"""VNI-Windows: a base letter and a sign after it for the marks."""
_VNI_CODE = re.compile("|".join(sorted(map(re.escape, _VNI), key=lambda code: -len(code))))

_ONSET = "(?:ngh|ng|gh|gi|nh|kh|ph|th|tr|ch|qu|b|c|d|đ|g|h|k|l|m|n|p|r|s|t|v|x)?"
_RHYMES = (
    "a ac ach ai am an ang anh ao ap at au ay ăc ăm ăn ăng ăp ăt âc âm ân âng âp ât âu ây e ec em en eng eo ep et "
    "ê êch êm ên ênh êp êt êu êng êc i ia ich im in inh ip it iu iêc iêm iên iêng iêp iêt iêu y ych ynh yt yêm yên yêng "
    "yêt yêu o oc oi om on ong op ot oa oac oach oai oam oan oang oanh oao oap oat oay oăc oăm oăn oăng oăt oe oen oeo "
    "oet ooc oong ô ôc ôi ôm ôn ông ôp ôt ơ ơi ơm ơn ơp ơt u uc ui um un ung up ut ua uân uâng uât uây uê uêch uênh uơ "
    "uy uya uych uyn uynh uyp uyt uyu uyên uyêt uôc uôi uôm uôn uông uôt ư ưa ưc ưi ưm ưn ưng ưt ưu ươ ươc ươi ươm "
    "ươn ương ươp ươt ươu"
).split()
_SYLLABLE = re.compile(_ONSET + "(" + "|".join(sorted(_RHYMES, key=lambda rhyme: -len(rhyme))) + ")")
_USUAL = frozenset(
    "ánh ân ái ảnh án áp ấn ất bá bác bách bạch bảo báo bắc bằng bé bế bí bích biên biền biển biện bình bính bội bổng bộ "
    "bùi bưu bửu bồi bố các cách cán cảnh cẩm cẩn cát cấn cấp cậu chánh chấn chấp châu chí chiến chiêm chiểu chỉ chính "
    "chiêu chúc chung chuyên chuyển chủ chứ chức chứng chử công cống cốc cộng cơ cúc cửu cứ cục của cừ củng cường cương "
    "cộc dân dần dậu diễm diên diện diệp diệu dĩnh doãn doanh dục dũng dùng duệ duyệt duyên dưỡng dương dược dự dựng "
    "đa đan đài đàm đàn đảng đào đạo đại đạt đắc đặng đặc đăng đậu đấu đầu đất đề đệ địa điềm điền điện điệp điều đích "
    "định đinh đình đĩnh đoàn đô đồ đồng đổng độ đội đông đỗ đôn đốc đối được đơn đức đường giã giám giáo giáp giảng "
    "giới giới gấm hà hải hảo hán hàn hàng hành hạnh hạ hạt hằng hân hậu hé hiền hiển hiến hiện hiệp hiểu hiếu hiệu hoà "
    "hoá hoàn hoàng hoài hoạch hoạt hòa hóa hoè hòe hoạ họa học họ hộ hội hợi hợp hồ hồi hồng hổ hỗ hùng huế huệ huấn "
    "huân huyên huyền huyện huỳnh hứa hưng hương hướng hường hưởng hữu khả khách khải khánh kháng khắc khiêm khiết khoá "
    "khóa khoán khoát khôi khối khổng khương khúc khuê khuyến kế kết kiêm kiên kiến kiệt kiều kiểm kiểu kính kinh kỳ kỷ "
    "kỹ kỵ lã lạc lại lài lãnh lâm lân lập lầu lê lễ lệ lịch liên liễu liệu lĩnh linh lò loại long lộc lợi luân luật "
    "luận lũy lục lữ lực lư lưu lương lượng lưỡng lý lỵ mã mạc mại mạng mạnh mão mẫn mậu mẫu mặt mật miền mến miễn mộc "
    "môi môn mông mộng một mỵ mỳ mỹ mùi mừng năm nam nâng nội nông ngân ngạch ngành ngãi ngày ngân nghệ nghi nghĩa "
    "nghiêm nghiên nghiệp nghị nghề ngoại ngoạn ngoãn ngọ ngọc ngô ngời nguyên nguyễn nguyệt ngũ ngữ người nhà nhàn nhã "
    "nhạn nhạc nhân nhẫn nhận nhật nhiên nhiệm nhiễm nhị nhiệt như nhụ nhữ nhược nữ nương ông oánh ổn ơn phái pháp pháo "
    "phát phán phẩm phấn phần phí phố phó phòng phong phổ phối phú phúc phục phùng phụ phụng phước phương phường phượng "
    "phượng phiên quân quán quang quản quách quận quát quất quế quốc quý quyên quyền quyết quyển quỳ quỳnh quỹ quỷ rộng "
    "sách sản sáng sinh sĩ số sơn sông sở súc sư sứ sử sự sửu sỹ sâm sầm tá tác tài tạ tạo tại tám tâm tân tấn tập tần "
    "tế tề tích tĩnh tính tịnh tín tiến tiên tiếp tiệp tiết tiền tiêu tỉnh toàn toán tòng toản toại tổ tổng tộc tố tô "
    "tôn tôi tống tốt tụ tú tùng tuấn tuân tuyên tuyền tuyến tuyết tuyển tuệ tư tứ từ tự tử tướng tường tưởng tươi tượng "
    "tạo tỷ tý tỵ thạch thái thải thành thạnh thảo thạc thắm thắng thân thận thất thập thấm thế thể thề thị thích thiên "
    "thiện thiết thiệu thiều thìn thịnh thoại thoả thọ thôn thông thống thố thơ thời thới thúc thục thuấn thuận thuật "
    "thuế thủ thuỳ thuý thuỷ thùy thúy thủy thư thức thực thừa thương thường thưởng thượng thụ thụy tiểu tòa tỉnh trà "
    "trách trạch trại trạm trấn trần trận tráng trắc trân trí trị triết triển triều triệu triệt trịnh trinh trọng trong "
    "trú trúc trung trường trưởng trước trương trực trụ trữ trâm trùng truyền tông ủy uỷ uông uyên ứng văn vàng vạn vấn "
    "vân vận vật vệ viên viện viết viễn việt việc vĩ vĩnh vị vịnh võ vọng vòng vô vũ vụ vùng vương vượng vững vực và về "
    "xã xây xóm xuân xuyên xuyến xuất xứ xưởng xử xương ý yên yến yếu nữ nhữ nhà mười bảy bốn chín ba hai không số bậc "
    "lớp lái lao động hợp chất lượng hưu sự quả trả tiếp nhận cửa thẩm đỗ đạo lập biểu ký dấu rà soát thúc đẩy ở hiếm"
    .split()
)  # fmt: skip
"""Syllables with marks that names of people, offices and posts are usually made of: they decide between two readings."""
_TONE_MARKS = {_GRAVE, _HOOK, _TILDE, _ACUTE, _DOT}
_ONE_WORD = re.compile(r"[^\s.,;:/()\[\]{}\"'’“”&+–—-]+")
_OTHER_D = str.maketrans("ÐðƉ", "ĐđĐ")
_NOT_LATIN1 = re.compile(r"[^\x00-\xff]")
_VIETNAMESE_ONLY = re.compile(r"[ĂăĐđĨĩŨũƠơƯưẠ-ỹ]")
_NOT_TCVN3 = re.compile("[" + "".join(chr(n) for n in range(0xC0, 0x100) if n not in _TCVN3) + "]")
_SHOWS_OLD = re.compile(r"[\xa1-\xb9\xbb-\xbe\xc6\xd7\xd8\xde\xdf\xe4-\xe7\xeb\xee-\xf1\xf6-\xf8\xfb\xfc\xfe\xff]")
"""Signs that a Vietnamese text in Unicode does not have inside its words."""


def without_tone(word: str) -> tuple[str, str]:
    """A word in small letters without its tone, and the tone's mark: hoà and hòa give the same."""
    tone, letters = "", []
    for letter in unicodedata.normalize("NFD", word.lower()):
        if letter in _TONE_MARKS:
            tone = letter
        else:
            letters.append(letter)
    return unicodedata.normalize("NFC", "".join(letters)), tone


@lru_cache(maxsize=16384)
def is_syllable(word: str) -> bool:
    """Whether a word could be Vietnamese: onset, rhyme, a tone that its ending allows, and no capital inside."""
    if word[1:] != word[1:].lower() and word != word.upper():
        return False
    letters, tone = without_tone(word)
    if sum(mark in _TONE_MARKS for mark in unicodedata.normalize("NFD", word)) > 1:
        return False
    found = _SYLLABLE.fullmatch(letters)
    if found is None:
        return False
    if not tone:
        return not letters.endswith(("c", "ch", "p", "t"))
    if letters.endswith(("c", "ch", "p", "t")) and tone not in (_ACUTE, _DOT):
        return False
    return _tone_place(word) in _tone_places(letters, found.start(1) if found[1] else len(letters) - 1)


def _tone_place(word: str) -> int:
    """Which letter of a word bears its tone."""
    return next(
        (place for place, letter in enumerate(word) if _TONE_MARKS & set(unicodedata.normalize("NFD", letter))), -1
    )


def _tone_places(letters: str, start: int) -> tuple[int, ...]:
    """Where the tone may stand: on the last vowel with a mark of its own; else as the old or the new way has it."""
    vowels = [place for place in range(start, len(letters)) if letters[place] in "aăâeêioôơuưy"]
    if marked := [place for place in vowels if letters[place] in "ăâêôơư"]:
        return (marked[-1],)
    if len(vowels) < 2:
        return (vowels[0],) if vowels else (start - 1,)  # the i of gi
    if vowels[-1] < len(letters) - 1:
        return (vowels[-1],)
    if len(vowels) == 3:
        return (vowels[1],)
    both = letters[start:] in ("oa", "oe", "uy")
    return (vowels[0], vowels[1]) if both else (vowels[0],)


def _faults(text: str) -> int:
    """Words with marks that are no Vietnamese syllables."""
    return sum(not word.isascii() and not is_syllable(word) for word in _ONE_WORD.findall(text))


def _strange(text: str) -> tuple[int, int]:
    """How little a text looks like Vietnamese: words that are no syllables, and words that are seldom met."""
    words = [word for word in _ONE_WORD.findall(text) if not word.isascii()]
    return (
        sum(not is_syllable(word) for word in words),
        sum(unicodedata.normalize("NFC", word).lower() not in _USUAL for word in words),
    )


def from_tcvn3(text: str) -> str:
    """TCVN3 text as Unicode. Words typed in the font of capitals come out as capitals."""
    return _ONE_WORD.sub(lambda found: _from_tcvn3(found[0]), text)


def _from_tcvn3(word: str) -> str:
    made = word.translate(_TCVN3)
    plain = [letter for letter in word if letter.isascii() and letter.isalpha()]
    return made.upper() if len(plain) > 1 and all(map(str.isupper, plain)) else made


def from_vni(text: str) -> str:
    """VNI text as Unicode."""
    return _VNI_CODE.sub(lambda found: _VNI[found[0]], text)


def as_unicode(text: str) -> str:
    """Unicode text with its marks composed, the Icelandic Ð that old keyboards give made Đ, and no soft hyphens."""
    return unicodedata.normalize("NFC", text).translate(_OTHER_D).replace("\xad", "")


_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")


def visible(text: str) -> str:
    """The text without signs that nobody sees; soft hyphens stay, which are the ư of TCVN3."""
    return _INVISIBLE.sub("", text).replace("\xa0", " ")


@lru_cache(maxsize=65536)
def letters_of(text: str) -> Letters:
    """How the text is to be read: by the words that it makes."""
    if text.isascii():
        return Letters.PLAIN
    text = visible(text)
    if _VIETNAMESE_ONLY.search(text) or _NOT_LATIN1.search(text):
        return Letters.UNICODE
    if text.isascii():
        return Letters.PLAIN
    ways = {
        Letters.UNICODE: _strange(unicodedata.normalize("NFC", text).translate(_OTHER_D)),
        Letters.TCVN3: _strange(from_tcvn3(text)),
        Letters.VNI: _strange(from_vni(text)),
    }
    if _NOT_TCVN3.search(text):
        ways[Letters.TCVN3] = (ways[Letters.TCVN3][0] + 1, ways[Letters.TCVN3][1])
    if not _VNI_CODE.sub("", text).isascii():
        ways[Letters.VNI] = (ways[Letters.VNI][0] + 1, ways[Letters.VNI][1])
    least = min(ways.values())
    best = [way for way, faults in ways.items() if faults == least]
    if len(best) == 1:
        return best[0]
    if Letters.UNICODE in best:
        # Foreign words are no better in any other way; a sign that stands in no Vietnamese word decides.
        return Letters.UNICODE if least[0] else Letters.EITHER
    return Letters.TCVN3


@lru_cache(maxsize=65536)
def read_as(text: str, letters: Letters) -> str:
    """The text in Unicode when its letters are those."""
    text = visible(text)
    if letters is Letters.TCVN3:
        return from_tcvn3(text)
    if letters is Letters.VNI:
        return as_unicode(from_vni(text))
    if letters is Letters.PLAIN:
        return text
    if _SHOWS_OLD.search(text):
        return " ".join(_mixed(word) for word in as_unicode_keeping(text).split(" "))
    return as_unicode(text)


def as_unicode_keeping(text: str) -> str:
    """Unicode text with its marks composed; soft hyphens stay, which TCVN3 needs for ư."""
    return unicodedata.normalize("NFC", text)


def _mixed(word: str) -> str:
    """A word of a cell in which two encodings meet: Unicode, unless only TCVN3 makes a syllable of it."""
    if not _SHOWS_OLD.search(word) or _NOT_LATIN1.search(word):
        return as_unicode(word)
    return from_tcvn3(word) if not _faults(from_tcvn3(word)) and _faults(as_unicode(word) or word) else as_unicode(word)


def faults_in(text: str) -> tuple[int, int]:
    """How many words with marks are no syllables in the best reading of each line, and how many there are."""
    wrong = marked = 0
    for line in text.splitlines()[:400]:
        way = letters_of(line)
        made = read_as(line, Letters.UNICODE if way is Letters.EITHER else way)
        wrong += _faults(made)
        marked += sum(not word.isascii() for word in _ONE_WORD.findall(made))
    return wrong, marked
