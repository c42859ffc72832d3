"""Papers: what is taken, what is refused and how it is said, and how a picture is found again."""

from __future__ import annotations

import datetime as dt
import io
import random
from typing import TYPE_CHECKING

import pytest
from django.conf import settings as project
from django.db import connection
from PIL import Image, ImageDraw
from pypdf import PdfWriter

from huanxin.registry import queries, services
from huanxin.registry.models import Paper
from huanxin.registry.papers import queries as papers
from huanxin.registry.papers.models import BANDS
from huanxin.web.paper_store import papers_from

if TYPE_CHECKING:
    from huanxin.foundation.access.models import User

pytestmark = pytest.mark.django_db


def picture(seed: int = 1, size: tuple[int, int] = (640, 480)) -> Image.Image:
    """A picture that looks like no other: rectangles where the seed puts them."""
    dice = random.Random(seed)
    drawn = Image.new("RGB", size, "white")
    pen = ImageDraw.Draw(drawn)
    for _n in range(12):
        x, y = dice.randrange(size[0]), dice.randrange(size[1])
        box = (x, y, x + dice.randrange(40, 240), y + dice.randrange(40, 240))
        pen.rectangle(box, fill=tuple(dice.randrange(256) for _c in range(3)))
    return drawn


def written(drawn: Image.Image, form: str = "JPEG", **options: object) -> bytes:
    out = io.BytesIO()
    drawn.save(out, form, **options)
    return out.getvalue()


def pdf(n_pages: int = 1, password: str = "") -> bytes:
    made = PdfWriter()
    for _n in range(n_pages):
        made.add_blank_page(width=300, height=400)
    if password:
        made.encrypt(password)
    out = io.BytesIO()
    made.write(out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("form", "media_type"),
    [("JPEG", "image/jpeg"), ("PNG", "image/png"), ("WEBP", "image/webp"), ("PDF", "application/pdf")],
)
def test_a_photograph_or_pdf_is_taken_whatever_it_is_called(batu: User, form: str, media_type: str) -> None:
    content = written(picture(), form)
    paper = services.attach(io.BytesIO(content), by=batu)
    assert (paper.media_type, paper.n_bytes, paper.n_pages) == (media_type, len(content), 1)
    assert paper.looks_hash is not None, "a scan in a PDF looks like something too"
    assert queries.paper_bytes(paper) == content


def test_the_same_content_is_stored_once(batu: User, naren: User) -> None:
    content = written(picture())
    first = services.attach(content, by=batu)
    assert services.attach(content, by=naren) == first
    assert Paper.objects.count() == 1
    assert len([path for path in (project.VAR / "papers").rglob("*") if path.is_file()]) == 1


def test_only_this_service_reads_the_file(batu: User) -> None:
    paper = services.attach(written(picture()), by=batu)
    path = project.VAR / "papers" / paper.stored_as
    assert path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "为空|empty"),
        (b"x" * (15 * 1024 * 1024 + 1), "15"),
        (b"PK\x03\x04" + bytes(200), "application/"),
        (b"<script>alert(1)</script>", "JPEG"),
        (written(picture())[:2000], "broken|损坏|不完整"),
        (pdf(password="secret"), "password|密码"),
        (pdf(31), "31"),
        (b"%PDF-1.7 and nothing behind it", "PDF"),
    ],
    ids=["empty", "too big", "archive", "page", "torn", "locked", "too many pages", "broken pdf"],
)
def test_what_cannot_be_taken_is_refused_in_a_sentence(batu: User, content: bytes, says: str) -> None:
    with pytest.raises(services.PaperRefused, match=f"(?i){says}"):
        services.attach(content, by=batu)
    assert not Paper.objects.exists()
    assert not [path for path in (project.VAR / "papers").rglob("*") if path.is_file()]


def test_a_picture_made_to_fill_memory_is_refused_before_it_is_unpacked(batu: User) -> None:
    bomb = written(Image.new("1", (9000, 9000)), "PNG")
    assert len(bomb) < 100_000, "81 million pixels in a few kilobytes"
    with pytest.raises(services.PaperRefused, match="64"):
        services.attach(bomb, by=batu)
    bigger = written(Image.new("1", (20000, 20000)), "PNG")
    with pytest.raises(services.PaperRefused, match="64"):
        services.attach(bigger, by=batu)


def test_the_day_it_was_taken_is_read_from_the_camera(batu: User) -> None:
    exif = Image.Exif()
    exif.get_ifd(0x8769)[36867] = "2026:03:14 09:26:53"
    paper = services.attach(written(picture(), exif=exif), by=batu)
    assert paper.taken_on == dt.date(2026, 3, 14)


def test_a_camera_without_a_clock_gives_no_day(batu: User) -> None:
    exif = Image.Exif()
    exif[306] = "0000:00:00 00:00:00"
    assert services.attach(written(picture(), exif=exif), by=batu).taken_on is None


def test_a_picture_used_twice_is_found_though_it_was_made_smaller(batu: User) -> None:
    first = services.attach(written(picture(7)), by=batu)
    smaller = services.attach(written(picture(7).resize((320, 240)), quality=60), by=batu)
    for seed in range(20, 40):
        services.attach(written(picture(seed)), by=batu)
    assert [paper for paper, _apart in queries.same_looks_of([first])[first.pk]] == [smaller]


def test_pages_of_one_colour_look_like_nothing(batu: User) -> None:
    white = services.attach(written(Image.new("L", (300, 300), 255)), by=batu)
    assert white.looks_hash is None
    assert queries.same_looks_of([white]) == {}


def test_every_hash_within_seven_bits_is_found_and_none_beyond(batu: User) -> None:
    dice = random.Random(3)
    looks = -0x1234_5678_9ABC_DEF0
    paper = _paper(0, looks)
    for n in range(1, 200):
        turned = looks
        for bit in dice.sample(range(64), n % 10):
            turned ^= 1 << bit if bit < 63 else -(1 << 63)
        _paper(n, turned)
    found = queries.same_looks_of([paper], distance=7)[paper.pk]
    assert len(found) == sum(1 for n in range(1, 200) if n % 10 <= 7)
    assert [apart for _paper, apart in found] == sorted(n % 10 for n in range(1, 200) if n % 10 <= 7)


def test_looks_are_searched_by_the_index(batu: User) -> None:
    dice = random.Random(5)
    paper = _paper(0, 42)
    Paper.objects.bulk_create([_paper(n, dice.getrandbits(63), keep=False) for n in range(1, 20_000)])
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    plan = str(papers.look_alikes(paper).explain())
    assert all(f"registry_paper_looks_{shift}" in plan for shift in BANDS), plan


def test_a_paper_that_was_altered_is_not_shown(batu: User) -> None:
    paper = services.attach(written(picture()), by=batu)
    (project.VAR / "papers" / paper.stored_as).write_bytes(b"something else")
    with pytest.raises(queries.PaperAltered):
        queries.paper_bytes(paper)


def test_a_paper_that_is_gone_says_so(batu: User) -> None:
    paper = services.attach(written(picture()), by=batu)
    (project.VAR / "papers" / paper.stored_as).unlink()
    with pytest.raises(queries.PaperLost):
        queries.paper_bytes(paper)


def test_what_a_scan_shows_is_drawn_out_of_the_pdf(batu: User) -> None:
    scan = services.attach(written(picture(), "PDF"), by=batu)
    shown = queries.paper_picture(scan)
    assert shown is not None and Image.open(io.BytesIO(shown)).format == "JPEG"
    assert queries.paper_picture(scan, 2) is None
    assert queries.paper_picture(services.attach(pdf(), by=batu)) is None


def test_papers_go_to_an_s3_only_with_everything_it_needs() -> None:
    assert papers_from({})["BACKEND"] == "huanxin.registry.papers.shelf.Shelf"
    named = {
        "HUANXIN_PAPERS_S3_BUCKET": "papers",
        "HUANXIN_PAPERS_S3_KEY": "k",
        "HUANXIN_PAPERS_S3_SECRET": "s",
    }
    made = papers_from({**named, "HUANXIN_PAPERS_S3_ENDPOINT": "https://s3.example"})
    assert made["BACKEND"] == "storages.backends.s3.S3Storage"
    assert made["OPTIONS"]["bucket_name"] == "papers"
    assert made["OPTIONS"]["default_acl"] == "private"
    with pytest.raises(Exception, match="HUANXIN_PAPERS_S3_SECRET"):
        papers_from({name: value for name, value in named.items() if "SECRET" not in name})


def _paper(n: int, looks: int, *, keep: bool = True) -> Paper:
    made = Paper(
        digest=f"{n:064x}",
        media_type="image/jpeg",
        n_bytes=1,
        stored_as=f"00/{n}",
        looks_hash=looks,
    )
    if keep:
        made.save()
    return made
