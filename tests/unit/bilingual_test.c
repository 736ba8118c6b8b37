/* SPDX-License-Identifier: Apache-2.0
 *
 * bilingual - a name in a second script, from the window's form to the card's face. The names are
 * synthetic.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/domain/chip.h"
#include "common/domain/citizen_csv.h"
#include "common/domain/finding.h"
#include "production-node/machine_files.h"
#include "tests/lib/centre.h"
#include "tests/lib/fake_policy.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))

static const struct script {
    const char *name, *address;
} uyghur = { "ئايگۈل مەمەت", "قەشقەر شەھىرى 12-قورۇ" }, tibetan = { "བསྟན་འཛིན་སྒྲོལ་མ", "" },
  mongolian = { "ᠰᠠᠷᠠᠨ", "" }, zhuang = { "Vangz Siujmeiz", "Cinghsiu Gih 8 hauh" };

/* The card centre of fake_desk stands in Shanghai. */
static const struct made_rule rules[] = {
    { .key = "production.bilingual", .value = 1, .province = "31" }
};

static struct centre centre;

static const char *
apply(uint64_t citizen, const struct script *script)
{
    fake_desk_citizen(citizen, YIDI__APPLICATION_KIND__RENEWAL, &centre.application);
    centre.application.form.second_script_name = (char *)(uintptr_t)script->name;
    centre.application.form.second_script_address = (char *)(uintptr_t)script->address;
    return fake_desk_apply(&centre.network, &centre.application, "", centre.number);
}

/* The registry has these citizens with that script. */
static void
populate(uint64_t seed, const struct script *script)
{
    char csv[4 * CITIZEN_MAKER_LINE_BYTES];
    struct made_citizen citizen;
    Yidi__PopulationImport import = YIDI__POPULATION_IMPORT__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    citizen_make(seed, FAKE_DESK_DIVISION, &citizen);
    size_t size = (size_t)snprintf(csv, sizeof csv, "%s,second_script_name,second_script_address\n",
                                   CITIZEN_CSV_HEADER);
    size += citizen_make_line(&citizen, csv + size) - 1;
    size +=
        (size_t)snprintf(csv + size, sizeof csv - size, ",%s,%s\n", script->name, script->address);
    request.command_case = YIDI__REQUEST__COMMAND_POPULATION_IMPORT;
    request.population_import = &import;
    const struct bytes frame = bytes_of(csv, size);
    const Yidi__Response *response =
        fake_network_ask(&centre.network, REGISTRY, &request, &frame, 1);
    assert_int_equal(response->body_case, YIDI__RESPONSE__BODY_IMPORTED);
    assert_int_equal(response->imported->imported, 1);
}

/* ---- tests ---- */

static void
the_window_refuses_a_script_that_the_card_centre_cannot_print(void **unused)
{
    static const struct made_rule elsewhere[] = {
        { .key = "production.bilingual", .value = 1, .province = "44" } /* the registry's */
    };
    (void)unused;
    assert_string_equal(apply(1, &uyghur), "SECOND_SCRIPT_NOT_MADE");
    fake_policy_give_all(&centre.network, 1, elsewhere, COUNT(elsewhere));
    assert_string_equal(apply(1, &uyghur), "SECOND_SCRIPT_NOT_MADE");
    assert_string_equal(centre.network.answer.response->refusal->field, "form.second_script_name");
    assert_string_equal(apply(1, &(struct script){ "", "" }), "");
    fake_policy_give_all(&centre.network, 2, rules, COUNT(rules));
    assert_string_equal(apply(2, &(struct script){ "王芳", "" }), "NAME_INVALID");
    assert_string_equal(apply(2, &uyghur), "");
}

static void
the_registry_sees_it_and_doubts_what_its_record_does_not_have(void **unused)
{
    static const struct {
        const struct script *asked, *known;
        uint32_t findings;
    } cases[] = {
        { &uyghur, &uyghur, 0 },
        { &tibetan, &tibetan, 0 },
        { &mongolian, &tibetan, 1U << FINDING_SECOND_SCRIPT_DIFFERS },
    };
    (void)unused;
    fake_policy_give_all(&centre.network, 1, rules, COUNT(rules));
    for (size_t i = 0; i < COUNT(cases); i++) {
        populate(i + 1, cases[i].known);
        assert_string_equal(apply(i + 1, cases[i].asked), "");
        fake_network_settle(&centre.network);
        const Yidi__Case *row = centre_row(&centre, REGISTRY);
        assert_string_equal(row->form->second_script_name, cases[i].asked->name);
        assert_int_equal(row->findings, cases[i].findings);
    }
    assert_string_equal(apply(4, &zhuang), "");
    fake_network_settle(&centre.network);
    assert_int_equal(centre_row(&centre, REGISTRY)->findings, 1U << FINDING_SECOND_SCRIPT_DIFFERS);
}

/* It is personal as the name is. */
static void
it_is_masked_where_the_name_is(void **unused)
{
    Yidi__Show show = YIDI__SHOW__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    (void)unused;
    fake_policy_give_all(&centre.network, 1, rules, COUNT(rules));
    assert_string_equal(apply(1, &uyghur), "");
    show.case_number = centre.number;
    request.command_case = YIDI__REQUEST__COMMAND_SHOW;
    request.show = &show;
    const Yidi__Response *response = centre_ask(&centre, WINDOW, &request);
    assert_int_equal(response->body_case, YIDI__RESPONSE__BODY_SHOWN);
    assert_string_equal(response->shown->case_row->form->second_script_name, "*****");
    assert_string_equal(response->shown->case_row->form->second_script_address, "*****");
}

/* ---- the card's face ---- */

/* The files of the card that the centre has ordered. */
static const Yidi__MachineCard *
make_files(const Yidi__Case *row, struct arena *arena)
{
    Yidi__MachineCard *card;
    struct bytes templates[ATTACHMENTS_MAX];
    const struct bytes photo = bytes_of(centre.application.photo, centre.application.photo_size);
    for (size_t i = 0; i < row->form->n_fingerprints; i++)
        templates[i] = bytes_of(centre.application.templates[i], CHIP_TEMPLATE_BYTES);
    assert_int_equal(machine_files_make(row, photo, templates, arena, &card, NULL), OK);
    return card;
}

static const char *
face_of(const Yidi__MachineCard *card, struct arena *arena)
{
    char *text = arena_take(arena, card->data[0].len + 1);
    assert_non_null(text);
    memcpy(text, card->data[0].data, card->data[0].len);
    text[card->data[0].len] = '\0';
    return text;
}

static void
the_face_shows_both_scripts_and_the_chip_holds_chinese_alone(void **unused)
{
    AUTO(arena) struct arena arena;
    (void)unused;
    arena_init(&arena);
    fake_policy_give_all(&centre.network, 1, rules, COUNT(rules));
    assert_string_equal(apply(1, &uyghur), "");
    fake_desk_walk(&centre.network, centre.number, TO_ORDERED);
    const Yidi__Case *row = centre_row(&centre, CENTRE);
    const Yidi__MachineCard *both = make_files(row, &arena);
    const char *face = face_of(both, &arena);
    row->form->second_script_name = row->form->second_script_address = "";
    const Yidi__MachineCard *alone = make_files(row, &arena);

    assert_non_null(strstr(face, "\"second_script_name\":\"ئايگۈل مەمەت\""));
    assert_non_null(strstr(face, "\"second_script_address\":\"قەشقەر شەھىرى 12-قورۇ\""));
    assert_non_null(strstr(face, centre.application.citizen.name));
    assert_true(both->noted->bilingual);
    assert_null(strstr(face_of(alone, &arena), "ئايگۈل"));
    assert_false(alone->noted->bilingual);
    assert_memory_equal(both->data[2].data, alone->data[2].data, CHIP_TEXT_BYTES);
}

/* The order carries the form that the window signed. */
static void
it_survives_the_loss_of_the_card_centres_disk(void **unused)
{
    (void)unused;
    fake_policy_give_all(&centre.network, 1, rules, COUNT(rules));
    assert_string_equal(apply(1, &tibetan), "");
    fake_desk_walk(&centre.network, centre.number, TO_ORDERED);
    centre_lose(&centre);
    assert_string_equal(centre_row(&centre, CENTRE)->form->second_script_name, tibetan.name);
}

int
main(int argc, char *argv[])
{
#define TEST(name) CENTRE_TEST(name, &centre)
    const struct CMUnitTest tests[] = {
        TEST(the_window_refuses_a_script_that_the_card_centre_cannot_print),
        TEST(the_registry_sees_it_and_doubts_what_its_record_does_not_have),
        TEST(it_is_masked_where_the_name_is),
        TEST(the_face_shows_both_scripts_and_the_chip_holds_chinese_alone),
        TEST(it_survives_the_loss_of_the_card_centres_disk),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
