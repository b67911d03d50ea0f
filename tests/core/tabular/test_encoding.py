"""In which encoding a text is: one answer for every room that reads it."""

import io

import pytest

from ckanext.nxopendata.core.tabular import encoding
from ckanext.nxopendata.core.tabular.errors import UnreadableError

TEXT = "地区,人口\r\n银川市,2859074\r\n"
CODECS = ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16", "utf-32", "utf-16-le", "utf-16-be"]


@pytest.mark.parametrize("codec", CODECS)
def test_a_whole_text_is_decoded_in_every_encoding_departments_use(codec: str) -> None:
    assert encoding.decode(TEXT.encode(codec)) == TEXT


@pytest.mark.parametrize("codec", CODECS)
def test_the_beginning_of_a_text_is_decoded_alike_wherever_it_is_cut(codec: str) -> None:
    content = (TEXT * 20).encode(codec)
    for cut in range(len(content) - 9, len(content) + 1):
        text, _ = encoding.decode_beginning(content[:cut], complete=cut == len(content))
        assert (TEXT * 20).startswith(text)
        assert text.startswith(TEXT)


def test_a_character_that_gbk_has_not_is_read() -> None:
    assert encoding.decode("€,𠮷".encode("gb18030")) == "€,𠮷"


@pytest.mark.parametrize("content", [b"\xff\xff\xff,\x80\x81\n", b"a\0b", "银川".encode()[:-1] + b"\xff"])
def test_what_is_in_no_encoding_is_refused(content: bytes) -> None:
    with pytest.raises(UnreadableError) as refused:
        encoding.decode(content)
    assert refused.value.code == "encoding"


def test_a_slip_late_in_a_large_text_makes_it_another_encoding() -> None:
    content = TEXT.encode() * 100_000 + "银川".encode("gb18030")
    with pytest.raises(UnreadableError):
        encoding.detect(io.BytesIO(content + b"\xff"))


class TestWhatTheSenderDeclares:
    def test_a_wrong_declaration_of_a_text_in_utf_8_does_no_harm(self) -> None:
        assert encoding.detect(io.BytesIO(TEXT.encode()), "big5") == "utf-8"

    def test_another_encoding_is_used_where_it_fits(self) -> None:
        assert encoding.detect(io.BytesIO("地區".encode("big5")), "big5") == "big5"

    def test_a_western_one_is_tried_last(self) -> None:
        assert encoding.detect(io.BytesIO(TEXT.encode("gb18030")), "iso-8859-1") == "gb18030"
        assert encoding.detect(io.BytesIO(b"caf\xe9\n"), "iso-8859-1") == "iso-8859-1"

    def test_one_that_does_not_exist_is_passed_over(self) -> None:
        assert encoding.detect(io.BytesIO(TEXT.encode("gb18030")), "klingon") == "gb18030"


@pytest.mark.parametrize(
    ("codec", "name"), [("utf-8", "UTF-8"), ("utf-8-sig", "UTF-8"), ("gb18030", "GB18030"), ("utf-16-be", "UTF-16")]
)
def test_encodings_have_the_names_that_people_use(codec: str, name: str) -> None:
    assert encoding.name_of(codec) == name
