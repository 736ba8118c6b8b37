/* SPDX-License-Identifier: Apache-2.0
 *
 * paper, svg - the printed papers: well-formed whatever anybody typed, and nothing is left out.
 *
 * xmllint reads them as any program would; a scan of our own holds that no text became markup.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/domain/form_words.h"
#include "common/io/paper.h"
#include "common/io/qr.h"
#include "common/io/svg.h"
#include "common/io/wire.h"
#include "deploy/demo/photo_maker.h"
#include "tests/lib/sample_case.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))

enum { FIELDS = 16, REASONS = 8, TEXT_BYTES = 64 * 1024 };

enum sheet { SHEET_FORM, SHEET_RECEIPT, SHEET_REFUSAL, SHEET_RETURN, SHEET_END, SHEET_COUNT };

struct sample {
    struct arena arena;
    struct sample_form form;
    Yidi__Case row;
    Yidi__CaseRefusal refusal;
    Yidi__RefusalReason reasons[REASONS];
    Yidi__CaseReturn returned;
    Yidi__CaseNote note;
    char *fields[FIELDS];
    Yidi__PaperOffice offices[3];
    Yidi__Printed printed;
};

static void
fill_row(struct sample *sample)
{
    Yidi__Case *row = &sample->row;
    yidi__case__init(row);
    row->version = 1;
    row->case_number = "44030500000126112200000012";
    row->state = 1;
    row->form = sample_form_init(&sample->form);
    row->acceptance_office = "440305000001";
    row->registry_office = "110105000000";
    row->production_office = "440000000000";
    row->accepted_ms = 1795307640000;
    row->statutory_deadline_ms = row->accepted_ms + 60 * 86400000ull;
    row->clerk = "clerk1";
    row->receipt_code = "7K3QX0MZ4T";
}

static void
fill_notices(struct sample *sample)
{
    yidi__case_refusal__init(&sample->refusal);
    sample->reasons[0] = YIDI__REFUSAL_REASON__IDENTITY_DOUBTFUL;
    sample->refusal.reasons = sample->reasons;
    sample->refusal.n_reasons = 1;
    sample->refusal.text = "出生日期与户口登记不一致。";
    sample->refusal.contact = "朝阳分局 010-8000 0000";
    yidi__case_return__init(&sample->returned);
    sample->fields[0] = "form.person.address";
    sample->returned.fields = sample->fields;
    sample->returned.n_fields = 1;
    sample->returned.text = "请填写到门牌号。";
    sample->returned.answer_by = 20261201;
    sample->returned.contact = "朝阳分局 010-8000 0000";
    yidi__case_note__init(&sample->note);
    sample->note.text = "制证中心已撤销。";
}

static int
set_up(void **state)
{
    struct sample *sample = calloc(1, sizeof *sample);
    assert_non_null(sample);
    arena_init(&sample->arena);
    fill_row(sample);
    fill_notices(sample);
    for (size_t i = 0; i < COUNT(sample->offices); i++) {
        yidi__paper_office__init(&sample->offices[i]);
        sample->offices[i].code = "440305000001";
        sample->offices[i].name = "深圳市公安局南山分局";
        sample->offices[i].contact = "科技路5号 0755-8000 0000";
    }
    yidi__printed__init(&sample->printed);
    sample->printed.case_row = &sample->row;
    sample->printed.acceptance = &sample->offices[0];
    sample->printed.registry = &sample->offices[1];
    sample->printed.production = &sample->offices[2];
    sample->printed.printed_ms = sample->row.accepted_ms;
    *state = sample;
    return 0;
}

static int
tear_down(void **state)
{
    struct sample *sample = *state;
    arena_fini(&sample->arena);
    free(sample);
    return 0;
}

static struct bytes
draw(struct sample *sample, enum sheet sheet)
{
    static uint8_t photo[PHOTO_MAKER_ROOM];
    static size_t photo_size;
    struct bytes document = { 0 };
    struct refusal refusal = { 0 };
    if (photo_size == 0)
        photo_size = photo_make(&(struct photo_request){ .seed = 1 }, photo);
    sample->printed.paper = sheet == SHEET_FORM      ? YIDI__PAPER__PAPER_FORM
                            : sheet == SHEET_RECEIPT ? YIDI__PAPER__PAPER_RECEIPT
                                                     : YIDI__PAPER__PAPER_NOTICE;
    sample->row.refusal = sheet == SHEET_REFUSAL ? &sample->refusal : NULL;
    sample->row.returned =
        sheet == SHEET_RETURN || sheet == SHEET_END ? &sample->returned : NULL; /* once */
    sample->row.note = sheet == SHEET_END ? &sample->note : NULL;
    sample->printed.ended = sheet == SHEET_END;
    if (wire_check(&sample->printed.base, &refusal) != OK)
        fail_msg("the sample breaks a bound: %s %s", refusal.field, refusal.rule);
    assert_int_equal(
        paper_draw(&sample->printed, bytes_of(photo, photo_size), &sample->arena, &document), OK);
    return document;
}

/* ---- reading what was drawn ---- */

static void
assert_xmllint_takes(struct bytes document)
{
    FILE *xmllint = popen("xmllint --noout --nonet - 2>&1", "w");
    assert_non_null(xmllint);
    assert_int_equal(fwrite(document.data, 1, document.size, xmllint), document.size);
    assert_int_equal(pclose(xmllint), 0);
}

static bool
begins(const char *text, const char *word)
{
    return strncmp(text, word, strlen(word)) == 0;
}

static void
assert_own_element(const char *tag)
{
    static const char *const own[] = {
        "<?xml ", "<svg ",  "</svg>", "<title>", "</title>", "<style>", "</style>",
        "<rect ", "<line ", "<path ", "<image ", "<text ",   "</text>",
    };
    for (size_t i = 0; i < COUNT(own); i++)
        if (begins(tag, own[i]))
            return;
    fail_msg("not an element of ours: %.40s", tag);
}

static char
take_character(const char **cursor)
{
    static const struct {
        const char *entity;
        char character;
    } entities[] = {
        { "&amp;", '&' }, { "&lt;", '<' }, { "&gt;", '>' }, { "&quot;", '"' }, { "&#39;", '\'' }
    };
    if (**cursor != '&')
        return *(*cursor)++;
    for (size_t i = 0; i < COUNT(entities); i++)
        if (begins(*cursor, entities[i].entity)) {
            *cursor += strlen(entities[i].entity);
            return entities[i].character;
        }
    fail_msg("a bare &: %.40s", *cursor);
    return '\0';
}

/* A strict scan: only our elements, only our entities. Answers all that stands in text elements,
 * line behind line, without the spaces at which lines are broken. */
static const char *
read_text(struct bytes document)
{
    static char text[TEXT_BYTES];
    static char copy[256 * 1024];
    size_t size = 0;
    bool in_text = false;
    assert_true(document.size < sizeof copy);
    memcpy(copy, document.data, document.size);
    copy[document.size] = '\0';
    assert_int_equal(strlen(copy), document.size);
    for (const char *cursor = copy; *cursor != '\0';) {
        if (*cursor == '<') {
            const char *end = strchr(cursor, '>');
            assert_own_element(cursor);
            assert_non_null(end);
            in_text = begins(cursor, "<text ");
            cursor = end + 1;
            continue;
        }
        if (in_text)
            assert_true(*cursor != '>');
        char character = take_character(&cursor);
        if (in_text && character != ' ')
            text[size++] = character;
    }
    text[size] = '\0';
    return text;
}

static void
assert_stands(const char *all, const char *wanted)
{
    char plain[1024];
    size_t size = 0;
    for (const char *c = wanted; *c != '\0'; c++)
        if (*c != ' ')
            plain[size++] = *c;
    plain[size] = '\0';
    if (strstr(all, plain) == NULL)
        fail_msg("it does not stand on the paper: %s", wanted);
}

/* ---- tests ---- */

static void
each_paper_is_well_formed_and_of_our_elements(void **state)
{
    for (int sheet = 0; sheet < SHEET_COUNT; sheet++) {
        struct bytes document = draw(*state, (enum sheet)sheet);
        assert_xmllint_takes(document);
        assert_true(strlen(read_text(document)) > 100);
    }
}

static void
the_form_holds_every_field(void **state)
{
    struct sample *sample = *state;
    const char *text = read_text(draw(sample, SHEET_FORM));
    static const char *const wanted[] = {
        "440305000001-261122-0000001-2",
        "阿不都·热西提",
        "女female",
        "维吾尔族",
        "1949年12月31日",
        "11010519491231002X",
        "北京市朝阳区\"安定路\"甲1号",
        "北京市朝阳区（110105）",
        "13800138000",
        "就业work",
        "上海市浦东新区世纪大道1号",
        "原居民身份证",
        "居住证",
        "王芳（mother）",
        "440524188001010014",
        "右手拇指、左手拇指",
        "有较大变化",
        "20.00元",
        "有效期将满",
        "2026年11月22日",
        "2027年1月21日",
        "深圳市公安局南山分局",
        "clerk1",
    };
    for (size_t i = 0; i < COUNT(wanted); i++)
        assert_stands(text, wanted[i]);
}

static void
the_form_holds_the_photo_and_does_without_one(void **state)
{
    struct sample *sample = *state;
    struct bytes document = draw(sample, SHEET_FORM);
    assert_non_null(memmem(document.data, document.size, "data:image/jpeg;base64,/9j/", 27));
    assert_int_equal(paper_draw(&sample->printed, (struct bytes){ 0 }, &sample->arena, &document),
                     OK);
    assert_null(memmem(document.data, document.size, "<image", 6));
    assert_xmllint_takes(document);
}

static void
the_form_tells_which_fingers_are_missing_and_why_none_was_taken(void **state)
{
    struct sample *sample = *state;
    Yidi__FingerPosition missing[] = { YIDI__FINGER_POSITION__RIGHT_THUMB,
                                       YIDI__FINGER_POSITION__RIGHT_INDEX };
    sample->row.form->fingers_missing = missing;
    sample->row.form->n_fingers_missing = 2;
    sample->row.form->no_fingerprints_reason = "";
    assert_stands(read_text(draw(sample, SHEET_FORM)),
                  "右手拇指、左手拇指；缺失：右手拇指、右手食指");
    sample->row.form->n_fingerprints = 0;
    sample->row.form->n_fingers_missing = 0;
    sample->row.form->no_fingerprints_reason = "双手烧伤";
    sample->row.form->fee_waiver = YIDI__FEE_WAIVER__WELFARE;
    const char *text = read_text(draw(sample, SHEET_FORM));
    assert_stands(text, "未采集：双手烧伤");
    assert_stands(text, "（减免：最低生活保障对象）");
}

static void
the_receipt_tells_no_more_than_its_owner_needs(void **state)
{
    struct sample *sample = *state;
    const char *text = read_text(draw(sample, SHEET_RECEIPT));
    static const char *const wanted[] = { "440305000001-261122-0000001-2",
                                          "7K3QX-0MZ4T",
                                          "阿***",
                                          "2027年1月21日（含）前",
                                          "20.00元",
                                          "深圳市公安局南山分局",
                                          "科技路5号0755-80000000",
                                          "原居民身份证，领取新证时必须交回",
                                          "办理了临时居民身份证的，必须一并交回",
                                          "请本人到受理单位领取",
                                          "证件已当场核对无误，领证人签名" };
    static const char *const hidden[] = { "热西提",   "11010519491231002X", "安定路",
                                          "世纪大道", "13800138000",        "王芳" };
    for (size_t i = 0; i < COUNT(wanted); i++)
        assert_stands(text, wanted[i]);
    for (size_t i = 0; i < COUNT(hidden); i++)
        assert_null(strstr(text, hidden[i]));
}

static void
a_receipt_without_its_code_says_so(void **state)
{
    struct sample *sample = *state;
    sample->row.receipt_code = "";
    struct bytes document = draw(sample, SHEET_RECEIPT);
    assert_stands(read_text(document), "查询码见首次打印的回执");
    assert_null(memmem(document.data, document.size, "scale(", 6));
}

static void
notices_tell_what_and_why_and_whom_to_ask(void **state)
{
    struct sample *sample = *state;
    const char *text = read_text(draw(sample, SHEET_REFUSAL));
    assert_stands(text, "申请信息与人口信息登记不一致");
    assert_stands(text, "出生日期与户口登记不一致。");
    assert_stands(text, "朝阳分局 010-8000 0000");
    text = read_text(draw(sample, SHEET_RETURN));
    assert_stands(text, "户籍地址permanentresidence");
    assert_stands(text, "请填写到门牌号。");
    assert_stands(text, "2026年12月1日（含）前");
    assert_stands(text, "朝阳分局 010-8000 0000");
}

static void
the_notice_of_an_end_says_why_and_what_becomes_of_the_fee(void **state)
{
    struct sample *sample = *state;
    Yidi__Collection collection = YIDI__COLLECTION__INIT;
    const char *text = read_text(draw(sample, SHEET_END));
    assert_stands(text, "终止办理告知书");
    assert_stands(text, "制证中心已撤销。");
    assert_stands(text, "科技路5号0755-80000000");
    assert_stands(text, "20.00元，请凭本告知书在本受理点办理退还");
    assert_null(strstr(text, "补正"));
    collection.collected_ms = sample->row.accepted_ms + 1; /* and came back faulty */
    sample->row.collection = &collection;
    text = read_text(draw(sample, SHEET_END));
    assert_null(strstr(text, "退还"));
    assert_stands(text, "请重新提出申请");
}

static void
the_form_ticks_a_first_application_and_has_its_own_declaration(void **state)
{
    struct sample *sample = *state;
    sample->row.form->kind = YIDI__APPLICATION_KIND__FIRST;
    sample->row.form->reason = YIDI__APPLICATION_REASON__FIRST_CARD;
    const char *text = read_text(draw(sample, SHEET_FORM));
    assert_stands(text, "申领firstcard换领renewal补领replacement首次申领");
    assert_stands(text, "此前未领取过居民身份证");
    assert_null(strstr(text, "原证"));
    sample->row.form->kind = YIDI__APPLICATION_KIND__RENEWAL;
    assert_stands(read_text(draw(sample, SHEET_FORM)), "领取新证时必须交回原证");
    sample->row.form->kind = YIDI__APPLICATION_KIND__REPLACEMENT;
    assert_stands(read_text(draw(sample, SHEET_FORM)), "找回后交回公安机关");
}

static void
the_form_shows_both_scripts(void **state)
{
    struct sample *sample = *state;
    sample->row.form->second_script_name = "ئابدۇل رېشىت";
    sample->row.form->second_script_address = "ལྷ་ས་གྲོང་ཁྱེར།";
    const char *text = read_text(draw(sample, SHEET_FORM));
    assert_stands(text, "阿不都·热西提ئابدۇل رېشىت");
    assert_stands(text, "甲1号ལྷ་ས་གྲོང་ཁྱེར།");
    assert_null(strstr(read_text(draw(sample, SHEET_RECEIPT)), "ئابدۇل"));
}

/* Who is 16 before the card may be ready collects it alone, acceptance-node/core/handover.h. */
static void
the_receipt_of_a_child_says_that_the_guardian_collects(void **state)
{
    struct sample *sample = *state;
    sample->row.form->person->birth_date = 20180301;
    const char *text = read_text(draw(sample, SHEET_RECEIPT));
    assert_stands(text, "请监护人到受理单位代为领取，当场核对");
    assert_stands(text, "③监护人的居民身份证");
    assert_null(strstr(text, "请本人"));
    sample->row.form->person->birth_date = 20101231;
    assert_stands(read_text(draw(sample, SHEET_RECEIPT)), "届时已满十六周岁的，由本人领取");
}

static void
only_who_was_examined_is_told_so(void **state)
{
    struct sample *sample = *state;
    static const char told[] = "经户籍地公安机关审核，不能在异地办理";
    Yidi__Hop hop = YIDI__HOP__INIT;
    Yidi__Hop *trace[] = { &hop };
    hop.office = sample->row.registry_office;
    hop.step = YIDI__STEP__REFUSED;
    sample->row.trace = trace;
    sample->row.n_trace = 1;
    assert_null(strstr(read_text(draw(sample, SHEET_REFUSAL)), "审核"));
    hop.operator_ = "examiner1";
    assert_stands(read_text(draw(sample, SHEET_REFUSAL)), told);
    hop.office = sample->row.acceptance_office; /* whose desk only heard of it */
    assert_null(strstr(read_text(draw(sample, SHEET_REFUSAL)), "审核"));
}

static void
a_refusal_says_when_the_temporary_card_is_handed_back(void **state)
{
    struct sample *sample = *state;
    Yidi__TemporaryCard card = YIDI__TEMPORARY_CARD__INIT;
    Yidi__Collection collection = YIDI__COLLECTION__INIT;
    card.card_serial = "T1";
    card.valid_from = 20261122;
    card.valid_until = 20270222;
    collection.temporary_card = &card;
    sample->row.collection = &collection;
    assert_stands(read_text(draw(sample, SHEET_REFUSAL)), "有效期至2027年2月22日，请在期满时交回");
    card.end = YIDI__TEMPORARY_CARD_END__HANDED_BACK;
    assert_null(strstr(read_text(draw(sample, SHEET_REFUSAL)), "临时居民身份证"));
}

static void
there_is_no_notice_of_nothing(void **state)
{
    struct sample *sample = *state;
    struct bytes document;
    sample->printed.paper = YIDI__PAPER__PAPER_NOTICE;
    assert_int_equal(paper_draw(&sample->printed, (struct bytes){ 0 }, &sample->arena, &document),
                     ERR_DAMAGED);
}

/* ---- words ---- */

static void
assert_words(struct words words, const char *name)
{
    if (strcmp(words.chinese, "无") == 0 || words.english[0] == '\0')
        fail_msg("no words for %s", name);
}

static void
every_choice_on_the_form_has_its_words(void **unused)
{
    (void)unused;
#define ASSERT_ALL(type, function, cast)                                                           \
    for (unsigned i = 0; i < yidi__##type##__descriptor.n_values; i++) {                           \
        const ProtobufCEnumValue *value = &yidi__##type##__descriptor.values[i];                   \
        if (value->value != 0)                                                                     \
            assert_words(form_words_##function((enum cast)value->value), value->name);             \
    }
    ASSERT_ALL(application_kind, kind, form_kind)
    ASSERT_ALL(application_reason, reason, form_reason)
    ASSERT_ALL(sex, sex, sex)
    ASSERT_ALL(residence_basis, basis, form_basis)
    ASSERT_ALL(document_kind, document, form_document)
    ASSERT_ALL(fee_waiver, waiver, form_waiver)
    ASSERT_ALL(finger_position, finger, form_finger)
    assert_string_equal(form_words_kind((enum form_kind)99).chinese, "无");
    assert_string_equal(form_words_document(DOCUMENT_UNSPECIFIED).chinese, "无");
}

static void
assert_fields_have_words(const char *prefix, const ProtobufCMessageDescriptor *descriptor)
{
    for (unsigned i = 0; i < descriptor->n_fields; i++) {
        char path[97];
        snprintf(path, sizeof path, "%s.%s", prefix, descriptor->fields[i].name);
        assert_words(form_words_field(path), path);
    }
}

static void
every_field_of_the_form_has_its_words(void **unused)
{
    (void)unused;
    assert_fields_have_words("form", &yidi__application_form__descriptor);
    assert_fields_have_words("form.person", &yidi__person__descriptor);
    assert_fields_have_words("form.guardian", &yidi__guardian__descriptor);
    assert_string_equal(form_words_field("form.nothing").chinese, "form.nothing");
}

/* ---- what others typed ---- */

static char *
repeat(struct sample *sample, const char *text, size_t bytes_max)
{
    size_t size = strlen(text), count = bytes_max / size;
    char *long_text = arena_take(&sample->arena, bytes_max + 1);
    assert_non_null(long_text);
    for (size_t i = 0; i < count; i++)
        memcpy(long_text + i * size, text, size);
    return long_text;
}

/* Every text that anybody may type is this one, as long as it may be. */
static void
fill_all_with(struct sample *sample, const char *text)
{
    Yidi__ApplicationForm *form = sample->row.form;
    form->person->name = form->guardian->name = repeat(sample, text, 150);
    form->person->address = form->residence_address = repeat(sample, text, 300);
    form->second_script_name = repeat(sample, text, 150);
    form->second_script_address = repeat(sample, text, 300);
    form->identity_document_number = repeat(sample, text, 32);
    if (strlen(text) <= 20)
        form->phone = repeat(sample, text, 20);
    form->guardian->relation = repeat(sample, text, 30);
    form->no_fingerprints_reason = repeat(sample, text, 300);
    sample->refusal.text = sample->returned.text = repeat(sample, text, 600);
    sample->refusal.contact = sample->returned.contact = repeat(sample, text, 300);
    sample->refusal.n_reasons = REASONS;
    for (size_t i = 0; i < REASONS; i++)
        sample->reasons[i] = (Yidi__RefusalReason)(1 + (i + 2) % 12);
    sample->returned.n_fields = FIELDS;
    for (size_t i = 0; i < FIELDS; i++)
        sample->fields[i] = repeat(sample, text, 96);
    for (size_t i = 0; i < COUNT(sample->offices); i++) {
        sample->offices[i].name = repeat(sample, text, 150);
        sample->offices[i].contact = repeat(sample, text, 300);
    }
}

static void
no_text_becomes_markup(void **state)
{
    static const char *const hostile[] = {
        "\"><script>x()", "]]></svg>",   "<!--",      "&amp;&#x41;", "'/><a b='",
        "<![CDATA[",      "%s%n%99999d", "\\\"${x}`", "--></",       "&lolz;",
    };
    struct sample *sample = *state;
    for (size_t i = 0; i < COUNT(hostile); i++) {
        fill_all_with(sample, hostile[i]);
        for (int sheet = 0; sheet < SHEET_COUNT; sheet++) {
            struct bytes document = draw(sample, (enum sheet)sheet);
            const char *text = read_text(document);
            assert_xmllint_takes(document);
            assert_stands(text, hostile[i]);
        }
    }
}

static void
the_longest_texts_stand_on_the_paper_whole(void **state)
{
    static const char *const texts[] = { "阿卜杜热合曼·", "𪚥", "Wm ", "ئابدۇراھمان",
                                         "葛\xF3\xA0\x84\x80" };
    struct sample *sample = *state;
    for (size_t i = 0; i < COUNT(texts); i++) {
        fill_all_with(sample, texts[i]);
        const char *text = read_text(draw(sample, SHEET_FORM));
        assert_stands(text, sample->row.form->person->name);
        assert_stands(text, sample->row.form->person->address);
        assert_stands(text, sample->row.form->no_fingerprints_reason);
        assert_stands(text, sample->offices[1].name);
        assert_stands(read_text(draw(sample, SHEET_RECEIPT)), sample->offices[0].contact);
        assert_stands(read_text(draw(sample, SHEET_REFUSAL)), sample->refusal.text);
        text = read_text(draw(sample, SHEET_RETURN));
        assert_stands(text, sample->returned.text);
        assert_stands(text, sample->fields[FIELDS - 1]);
    }
}

/* Each base line and what stands on it is on the page, whatever the texts. */
static void
nothing_is_drawn_beside_the_page(void **state)
{
    static const struct {
        int width, height;
    } pages[SHEET_COUNT] = {
        { 2100, 2970 }, { 2100, 1480 }, { 2100, 2970 }, { 2100, 2970 }, { 2100, 2970 }
    };
    static const char *const texts[] = { "阿卜杜热合曼·", "W", "字" };
    struct sample *sample = *state;
    for (size_t i = 0; i < COUNT(texts); i++) {
        fill_all_with(sample, texts[i]);
        for (int sheet = 0; sheet < SHEET_COUNT; sheet++) {
            struct bytes document = draw(sample, (enum sheet)sheet);
            struct bytes ended = arena_copy(&sample->arena, document);
            ((char *)(uintptr_t)ended.data)[ended.size - 1] = '\0'; /* its last newline */
            const char *cursor = (const char *)ended.data;
            for (int x, y; (cursor = strstr(cursor, "<text ")) != NULL; cursor++) {
                assert_int_equal(sscanf(strstr(cursor, " x="), " x=\"%d\" y=\"%d\"", &x, &y), 2);
                assert_in_range(x, 100, pages[sheet].width - 100);
                assert_in_range(y, 60, pages[sheet].height - 40);
            }
        }
    }
}

static void
what_xml_cannot_hold_is_replaced(void **state)
{
    struct sample *sample = *state;
    struct svg svg;
    struct bytes document;
    const struct svg_type type = { .font = SVG_HEI, .size = 30 };
    static const char text[] = "a\x01"
                               "b\xFF"
                               "c\xEF\xBF\xBF"
                               "d\xE2\x80\xAE"
                               "e\xED\xA0\x80"
                               "f";
    svg_begin(&svg, &sample->arena, 1000, 1000, text);
    svg_text(&svg, &type, 0, 0, text);
    assert_int_equal(svg_end(&svg, &document), OK);
    assert_xmllint_takes(document);
    assert_string_equal(read_text(document), "a\xEF\xBF\xBD"
                                             "b\xEF\xBF\xBD"
                                             "c\xEF\xBF\xBD"
                                             "d\xEF\xBF\xBD"
                                             "e\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"
                                             "f");
}

static void
a_qr_code_is_square_with_its_three_finders(void **state)
{
    struct sample *sample = *state;
    struct qr qr;
    assert_int_equal(qr_encode("yidi:1:44030500000126112200000012:7K3QX0MZ4T", &sample->arena, &qr),
                     OK);
    assert_in_range(qr.side, 21, 33);
    for (size_t i = 0; i < 7; i++) {
        assert_int_equal(qr.modules[i], 1);
        assert_int_equal(qr.modules[qr.side - 1 - i], 1);
        assert_int_equal(qr.modules[(qr.side - 1) * qr.side + i], 1);
    }
    char long_text[8000];
    memset(long_text, 'x', sizeof long_text - 1);
    long_text[sizeof long_text - 1] = '\0';
    assert_int_equal(qr_encode(long_text, &sample->arena, &qr), ERR_FULL);
}

int
main(int argc, char *argv[])
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(each_paper_is_well_formed_and_of_our_elements),
        TEST(the_form_holds_every_field),
        TEST(the_form_holds_the_photo_and_does_without_one),
        TEST(the_form_tells_which_fingers_are_missing_and_why_none_was_taken),
        TEST(the_receipt_tells_no_more_than_its_owner_needs),
        TEST(a_receipt_without_its_code_says_so),
        TEST(notices_tell_what_and_why_and_whom_to_ask),
        TEST(the_notice_of_an_end_says_why_and_what_becomes_of_the_fee),
        TEST(the_form_ticks_a_first_application_and_has_its_own_declaration),
        TEST(the_form_shows_both_scripts),
        TEST(the_receipt_of_a_child_says_that_the_guardian_collects),
        TEST(only_who_was_examined_is_told_so),
        TEST(a_refusal_says_when_the_temporary_card_is_handed_back),
        TEST(there_is_no_notice_of_nothing),
        cmocka_unit_test(every_choice_on_the_form_has_its_words),
        cmocka_unit_test(every_field_of_the_form_has_its_words),
        TEST(no_text_becomes_markup),
        TEST(the_longest_texts_stand_on_the_paper_whole),
        TEST(nothing_is_drawn_beside_the_page),
        TEST(what_xml_cannot_hold_is_replaced),
        TEST(a_qr_code_is_square_with_its_three_finders),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
