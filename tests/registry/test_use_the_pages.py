"""The registry's pages as people use them: a sheet in, lists out, each person within their own area."""

from __future__ import annotations

import csv
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from huanxin.foundation.access.models import Disclosure
from huanxin.registry import services
from huanxin.registry.models import Asset, Import
from tests import small_packs

KIND = "test-pump"
SHEET = """出厂编号,名称,功率,投运日期,盟市
SN-0001,一号泵,5,2010-05-01,呼和浩特市
SN-0002,二号泵,20,2000-05-01,锡林郭勒盟
SN-0003,三号泵,20,,锡林郭勒盟
"""


FACTS = ["serial_no", "name", "power_kw", "in_service_on", "league"]


@pytest.fixture
def office(tmp_path, monkeypatch, db):
    monkeypatch.setenv("HUANXIN_PACKS", str(small_packs.write_all(tmp_path / "packs")))
    services.load_places()


@pytest.fixture
def pumps(office, tmp_path, li_jing):
    path = tmp_path / "pumps.csv"
    path.write_text(SHEET, encoding="utf-8")
    services.import_assets(path, KIND, by=li_jing)


def send(client, text, **more):
    file = SimpleUploadedFile("pumps.csv", text.encode() if isinstance(text, str) else text)
    return client.post(reverse("registry:new_import"), {"kind": KIND, "file": file, **more})


def confirm(client, asked, mapping):
    return client.post(
        reverse("registry:columns"),
        {"sheet": asked.context["sheet"].ticket, "heading": list(mapping), "target": list(mapping.values())},
    )


def taken(asked):
    return {column.heading: column.target for column in asked.context["columns"]}


def lines(answer):
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))


def names(answer):
    return [line[0].value for line in answer.context["listing"].lines]


def test_a_sheet_is_shown_before_anything_is_written(office, client, li_jing):
    client.force_login(li_jing)
    asked = send(client, SHEET)
    assert {"出厂编号": "serial_no", "盟市": "league"}.items() <= taken(asked).items()
    assert [column.first for column in asked.context["columns"]][3:] == [
        ["2010-05-01", "2000-05-01"],
        ["呼和浩特市", "锡林郭勒盟"],
    ]
    assert not Asset.objects.exists()


def test_columns_as_confirmed_decide_and_are_remembered(office, client, li_jing):
    client.force_login(li_jing)
    strange = SHEET.replace("功率", "P").replace("出厂编号", "编码XY")
    asked = send(client, strange)
    assert asked.status_code == 422
    assert "“出厂编号”" in asked.context["refused"]
    page = confirm(client, asked, {"名称": "name"}).content.decode()
    for words in (page, asked.content.decode()):
        assert "出厂编号" in words
        assert "--map" not in words
        assert "zh=" not in words
    mapping = {
        "编码XY": "serial_no",
        "名称": "name",
        "P": "power_kw",
        "投运日期": "in_service_on",
        "盟市": "league",
    }
    done = confirm(client, asked, mapping)
    record = Import.objects.get()
    assert done.url == reverse("registry:import", args=[record.pk])
    assert (record.n_new, record.n_refused) == (3, 0)
    assert send(client, strange).context["is_remembered"]


@pytest.mark.parametrize(("who", "may"), [("li_jing", True), ("zhao", False), ("sun", False)])
def test_an_import_leads_only_to_pages_that_its_reader_may_open(office, client, request, li_jing, who, may):
    record = Import.objects.create(
        kind=KIND, file_name="pumps.csv", state=Import.State.DONE, n_refused=2, n_place_doubt=3,
        error_sheet="imports/refused.xlsx", at=timezone.now(), by=li_jing,
    )  # fmt: skip
    client.force_login(request.getfixturevalue(who))
    page = client.get(reverse("registry:import", args=[record.pk])).content.decode()
    for address in (reverse("registry:refused", args=[record.pk]), reverse("registry:doubts")):
        assert (f'href="{address}"' in page) == may, address


@pytest.mark.parametrize(
    ("who", "sees", "mends"),
    [("batu", True, True), ("qiqige", False, False), ("li_jing", True, True), ("sun", True, False)],
)
def test_refused_rows_go_to_who_brought_them_in_or_answers_for_the_region(
    pumps, client, request, tmp_path, batu, who, sees, mends
):
    path = tmp_path / "bad.csv"
    path.write_text("出厂编号,名称,功率\nSN-0001,别处的泵,很大\n", encoding="utf-8")
    record = services.import_assets(path, KIND, by=batu)
    client.force_login(request.getfixturevalue(who))
    sheet = client.get(reverse("registry:refused", args=[record.pk]))
    assert sheet.status_code == (200 if mends else 403 if who == "sun" else 404)
    page = client.get(reverse("registry:import", args=[record.pk]))
    assert page.status_code == (200 if sees else 404)
    assert (reverse("registry:refused", args=[record.pk]) in page.content.decode()) == mends
    progress = client.get(reverse("registry:import_progress", args=[record.pk]))
    assert progress.status_code == (200 if sees else 404)
    assert ("bad.csv" in client.get(reverse("registry:imports")).content.decode()) == sees


@pytest.mark.parametrize(("who", "leads"), [("li_jing", True), ("qiqige", False)])
def test_the_life_of_a_thing_leads_only_to_imports_that_its_reader_may_open(
    pumps, client, request, who, leads
):
    client.force_login(request.getfixturevalue(who))
    thing = Asset.objects.get(name="二号泵")
    page = client.get(reverse("registry:asset", args=[thing.pk])).content.decode()
    assert (reverse("registry:import", args=[Import.objects.get().pk]) in page) == leads


def test_two_columns_taken_for_one_fact_are_refused_by_their_names(office, client, li_jing):
    client.force_login(li_jing)
    asked = send(client, SHEET.replace("名称", "编码"))
    answer = confirm(client, asked, taken(asked) | {"编码": "serial_no"})
    assert answer.status_code == 422
    assert "“出厂编号”" in answer.context["refused"]
    assert "“编码”" in answer.context["refused"]
    assert not Import.objects.exists()
    done = confirm(client, asked, taken(asked) | {"编码": "serial_no", "出厂编号": ""})
    assert done.status_code == 302


def test_a_file_that_is_no_sheet_is_called_by_its_own_name(office, client, li_jing):
    client.force_login(li_jing)
    file = SimpleUploadedFile("十二月 台账.pdf", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n" + bytes(range(256)))
    answer = client.post(reverse("registry:new_import"), {"kind": KIND, "file": file})
    assert "“十二月 台账.pdf”" in answer.context["form"].errors["file"][0]
    long = SimpleUploadedFile("长" * 200 + ".csv", SHEET.encode())
    assert client.post(reverse("registry:new_import"), {"kind": KIND, "file": long}).status_code == 200


def test_a_league_sees_the_doubts_that_may_lie_there(office, client, qiqige, li_jing, tmp_path):
    path = tmp_path / "doubts.csv"
    rows = ["SN-1,一号泵,包头市,锡林浩特市", "SN-2,二号泵,Cifeng,", "SN-3,三号泵,包头市,锡林浩特市"]
    path.write_text("\n".join(["出厂编号,名称,盟市,旗县", *rows]), encoding="utf-8")
    services.import_assets(path, KIND, by=li_jing)
    one, two, three = Asset.objects.order_by("id")
    client.force_login(qiqige)
    page = client.get(reverse("registry:doubts"))
    assert (page.context["thing"], page.context["n"]) == (one, 2)
    assert page.context["candidates"] == [("152502", "锡林浩特市")]
    assert page.context["elsewhere"] == ["包头市"]
    assert client.get(reverse("registry:inventory")).context["n_doubts"] == 2
    empty = client.post(reverse("registry:settle", args=[one.pk]), {})
    assert "区外" not in empty.content.decode()
    assert "不在本区" not in empty.content.decode()
    assert client.post(reverse("registry:settle", args=[two.pk]), {"place": "1525"}).status_code == 404
    assert client.post(reverse("registry:settle", args=[three.pk]), {"place": "152502"}).status_code == 302
    assert client.get(reverse("registry:doubts")).context["n"] == 1
    client.force_login(li_jing)
    assert client.get(reverse("registry:doubts")).context["n"] == 2


def test_an_empty_file_is_refused_in_words_and_the_form_stays(office, client, li_jing):
    client.force_login(li_jing)
    for content in (b"", b"\x00\x01\x02\x03"):
        answer = send(client, content, source="电话 12 月 3 日")
        assert answer.status_code == 422
        assert answer.context["form"].errors["file"]
        assert "电话 12 月 3 日" in answer.content.decode()


def test_a_sheet_is_not_brought_in_twice_by_going_back(office, client, li_jing):
    client.force_login(li_jing)
    asked = send(client, SHEET)
    mapping = taken(asked)
    confirm(client, asked, mapping)
    assert confirm(client, asked, mapping).status_code == 404
    assert Import.objects.count() == 1


def test_a_banner_reviewer_imports_into_the_own_banner_only(office, client, batu):
    client.force_login(batu)
    assert send(client, SHEET, place="152502").status_code == 200
    assert send(client, SHEET, place="150102").status_code == 422


def test_a_league_official_imports_each_row_where_it_says(office, client, qiqige):
    client.force_login(qiqige)
    form = client.get(reverse("registry:new_import")).context["form"]
    assert form.fields["place"].choices[0] == ("", "按各行所写")
    assert "outside" not in dict(form.fields["place"].choices)
    asked = send(client, SHEET)
    confirm(client, asked, taken(asked))
    record = Import.objects.get()
    assert (record.n_new, record.n_refused) == (2, 1)
    assert set(Asset.objects.values_list("place_id", flat=True)) == {"1525"}


def test_a_league_sees_its_own_things_and_no_others(pumps, client, qiqige):
    client.force_login(qiqige)
    assert len(names(client.get(reverse("registry:inventory")))) == 2
    elsewhere = Asset.objects.get(name="一号泵")
    assert client.get(reverse("registry:asset", args=[elsewhere.pk])).status_code == 404
    exported = lines(client.get(reverse("registry:export", args=["csv"])))
    assert {row[0] for row in exported[1:]} == {"二号泵", "三号泵"}
    assert client.get("/search/", {"q": "一号泵"}).context["things"] == []


def test_the_export_holds_exactly_what_the_page_shows(pumps, client, li_jing):
    client.force_login(li_jing)
    question = {"kind": KIND, "place": "1525", "order": "-year"}
    shown = names(client.get(reverse("registry:inventory"), question))
    exported = lines(client.get(reverse("registry:export", args=["csv"]), question))
    assert [str(name) for name in shown] == ["二号泵"]
    assert len(exported) - 1 == len(shown)


def test_a_whole_kind_can_be_had_as_parquet_and_a_part_of_it_not(pumps, client, li_jing, qiqige):
    client.force_login(li_jing)
    address = reverse("registry:export", args=["parquet"])
    assert b"".join(client.get(address, {"kind": KIND}).streaming_content).startswith(b"PAR1")
    assert client.get(address, {"kind": KIND, "place": "1525"}).status_code == 404
    client.force_login(qiqige)
    assert client.get(address, {"kind": KIND}).status_code == 404


@pytest.mark.parametrize("order", ["", "-id", "year", "-year"])
def test_every_order_pages_forth_and_back_without_loss(pumps, client, li_jing, order):
    from huanxin.registry import queries

    asked = queries.Filters(kind=KIND, order=order)
    seen, after, marks = [], None, []
    while True:
        page = queries.inventory(asked, after, limit=1)
        seen += [thing.pk for thing in page.rows]
        marks.append(page.previous)
        if page.next is None:
            break
        after = page.next
    wanted = Asset.objects.filter(kind=KIND)
    if "year" in order:
        wanted = wanted.exclude(in_service_year=None)
    fields = {
        "": ["id"],
        "-id": ["-id"],
        "year": ["in_service_year", "id"],
        "-year": ["-in_service_year", "-id"],
    }
    assert seen == list(wanted.order_by(*fields[order]).values_list("pk", flat=True))
    assert marks[0] is None
    assert queries.inventory(asked, marks[-1], limit=1).rows[0].pk == seen[-2]


def test_what_cannot_be_read_in_the_address_asks_nothing(pumps, client, li_jing):
    client.force_login(li_jing)
    odd = {"kind": "no-such", "place": "99", "from_year": "x", "order": "; drop", "after": "%%%"}
    answer = client.get(reverse("registry:inventory"), odd)
    assert answer.status_code == 200
    assert len(names(answer)) == 3


@pytest.mark.parametrize("mark", ["NQ", "²", "b²", "W2ZhbHNlLDFd"])
@pytest.mark.parametrize("page", ["registry:inventory", "registry:imports", "registry:doubts"])
def test_a_mark_of_no_page_leads_to_the_first_one(pumps, client, li_jing, page, mark):
    client.force_login(li_jing)
    answer = client.get(reverse(page), {"after": mark, "place": "1525", "kind": KIND})
    assert answer.status_code == 200
    assert client.get(reverse("registry:doubts"), {"thing": mark}).status_code == 200


def test_an_identity_is_shown_in_full_for_a_reason_only(pumps, client, li_jing):
    client.force_login(li_jing)
    thing = Asset.objects.get(name="一号泵")
    address = reverse("registry:identity", args=[thing.pk])
    assert client.post(address, {"reason": " "}).status_code == 422
    assert not Disclosure.objects.exists()
    assert "SN-0001" in client.post(address, {"reason": "核对铭牌"}).content.decode()
    assert Disclosure.objects.get().reason == "核对铭牌"


def test_a_template_can_be_had_for_every_kind(office, client, li_jing):
    client.force_login(li_jing)
    answer = client.get(reverse("registry:template", args=[KIND]))
    assert b"".join(answer.streaming_content).startswith(b"PK")


def test_the_first_page_of_an_empty_office_says_what_to_do(office, client, li_jing):
    client.force_login(li_jing)
    assert reverse("registry:new_import") in [step.address for step in client.get("/").context["steps"]]
    assert client.get(reverse("registry:inventory")).context["is_empty"]


def headings(answer):
    return [column.heading for column in answer.context["listing"].columns]


def test_columns_are_chosen_and_stay_in_the_address(pumps, client, li_jing):
    client.force_login(li_jing)
    address = reverse("registry:inventory")
    own = headings(client.get(address, {"kind": KIND}))
    chosen = client.get(address, {"kind": KIND, "show": ["source", "place"], "place": "1525"})
    assert len(headings(chosen)) == 3
    assert headings(chosen)[1] in own
    listing = chosen.context["listing"]
    assert ("place", "1525") in listing.kept
    assert "show=source" in listing.query
    # A column that this list does not have leaves it as it is.
    assert headings(client.get(address, {"kind": KIND, "show": "fact-no-such"})) == own


def test_a_heading_sorts_up_and_then_down(pumps, client, li_jing):
    client.force_login(li_jing)
    address = reverse("registry:inventory")

    def year(answer):
        return next(column for column in answer.context["listing"].columns if column.address)

    first = year(client.get(address, {"kind": KIND}))
    up = client.get(address + first.address)
    assert (first.sorted, year(up).sorted) == ("none", "ascending")
    assert names(up) == ["二号泵", "一号泵"]
    down = client.get(address + year(up).address)
    assert year(down).sorted == "descending"
    assert names(down) == ["一号泵", "二号泵"]
