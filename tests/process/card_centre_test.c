/* SPDX-License-Identifier: Apache-2.0
 *
 * card_centre_test - the day of a card centre, as its operators work with yidictl: blanks come, a
 * batch goes to the machine and comes back, cards are checked twice and packed for two windows, a
 * package is opened, and the centre is killed in between.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "common/core/hex.h"
#include "common/io/file.h"
#include "common/io/signature.h"
#include "tests/lib/journey.h"
#include "tests/lib/tool.h"

enum { CARDS = 4, PATH_ROOM = NETWORK_PATH_BYTES + 64 };

static struct network network;
static struct tool tool;
static bool failed = true;
static char numbers[CARDS][CASE_NUMBER_CHARS + 1];

static struct network_office *const centre = &network.offices[YUEXIU];
static struct network_office *const window = &network.offices[SHENZHEN];
static struct network_office *const other_window = &network.offices[FUTIAN];
static const struct journey journey = { .window = &network.offices[SHENZHEN],
                                        .registry = &network.offices[QINGYANG],
                                        .centre = &network.offices[YUEXIU] };

/* ---- what operators do ---- */

/* yidictl at an office; words end with NULL. Answers its exit status. */
static int
run_list(const struct network_office *office, const char *operator, va_list words)
{
    char socket[NETWORK_PATH_BYTES];
    const char *arguments[TOOL_ARGUMENTS_MAX] = {
        "--socket", network_path(office, "control", socket), "--operator", operator};
    size_t count = 4;
    const char *word;
    while ((word = va_arg(words, const char *)) != NULL)
        arguments[count++] = word;
    return tool_run(&tool, arguments);
}

static int
run(const struct network_office *office, const char *operator, ...)
{
    va_list words;
    va_start(words, operator);
    int status = run_list(office, operator, words);
    va_end(words);
    return status;
}

static void
does(const struct network_office *office, const char *operator, ...)
{
    va_list words;
    va_start(words, operator);
    int status = run_list(office, operator, words);
    va_end(words);
    if (status != 0)
        fail_msg("status %d: %s", status, tool.text);
}

static void
says(const char *words)
{
    if (strstr(tool.text, words) == NULL)
        fail_msg("no \"%s\" in: %s", words, tool.text);
}

/* Cards 0 to 2 are for one window, the last one for another. */
static void
order_cards(void)
{
    static struct made_application application;
    for (unsigned i = 0; i < CARDS; i++) {
        struct made_citizen citizen;
        citizen_make(i + 1, journey.registry->area, &citizen);
        if (i == 0) {
            strcpy(citizen.name, "阿卜杜拉·麦麦提·阿卜杜热合曼江");
            application_make(&citizen, YIDI__APPLICATION_KIND__RENEWAL, &application);
        }
        application_set_citizen(&application, &citizen);
        application_set_kind(&application, YIDI__APPLICATION_KIND__RENEWAL);
        network_apply(i == CARDS - 1 ? other_window : window, &application, "", numbers[i]);
    }
    for (unsigned i = 0; i < CARDS; i++) {
        struct journey way = journey;
        way.window = i == CARDS - 1 ? other_window : window;
        journey_go_on(&way, numbers[i], JOURNEY_ACCEPTED, JOURNEY_ORDERED);
    }
}

static void
give_long_name(struct made_citizen *citizen)
{
    if (citizen->seed == 1)
        strcpy(citizen->name, "阿卜杜拉·麦麦提·阿卜杜热合曼江");
}

static int
set_up(void **unused)
{
    (void)unused;
    failed = true;
    network_open(&network, NULL);
    network_start(window);
    network_start(other_window);
    network_start(journey.registry);
    network_start(centre);
    network_populate(journey.registry, 1, CARDS, give_long_name);
    return 0;
}

static int
tear_down(void **unused)
{
    (void)unused;
    network_close(&network, failed);
    return 0;
}

/* ---- the batch ---- */

static struct bytes
read_in(const char *folder, const char *name)
{
    char path[PATH_ROOM];
    uint8_t *data = NULL;
    size_t size = 0;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    if (file_read(path, 1 << 20, &data, &size, NULL) != OK)
        fail_msg("cannot read %s", path);
    return bytes_of(data, size);
}

/* The file is as long as it must be, readable by nobody else, and the manifest has its digest. */
static void
file_is_in_the_manifest(const char *folder, const char *number, const char *extension, size_t size,
                        const char *manifest)
{
    char name[64], path[PATH_ROOM], digits[2 * DIGEST_BYTES + 1], listed[256];
    struct digest digest;
    struct stat about;
    snprintf(name, sizeof name, "%s.%s", number, extension);
    struct bytes data = read_in(folder, name);
    assert_true(size == 0 ? data.size > 0 : data.size == size);
    signature_digest_one(data, &digest);
    hex_encode(bytes_of(digest.bytes, DIGEST_BYTES), digits);
    snprintf(listed, sizeof listed, "{\"name\":\"%s\",\"size\":%zu,\"sha256\":\"%s\"}", name,
             data.size, digits);
    if (strstr(manifest, listed) == NULL)
        fail_msg("no %s in %s", listed, manifest);
    snprintf(path, sizeof path, "%s/%s", folder, name);
    assert_int_equal(stat(path, &about), 0);
    assert_int_equal(about.st_mode & 0777, 0600);
    free((void *)(uintptr_t)data.data);
}

static void
the_export_is_whole(const char *folder)
{
    static const uint8_t cut_name[] = { 0x3F, 0x96, 0x5C, 0x53 }; /* U+963F U+535C */
    struct bytes manifest = read_in(folder, "manifest.json");
    for (unsigned i = 0; i < CARDS; i++) {
        const char *text = (const char *)manifest.data;
        file_is_in_the_manifest(folder, numbers[i], "json", 0, text);
        file_is_in_the_manifest(folder, numbers[i], "jpg", 0, text);
        file_is_in_the_manifest(folder, numbers[i], "chip", 256, text);
        file_is_in_the_manifest(folder, numbers[i], "fingers", 1024, text);
    }
    assert_non_null(strstr((const char *)manifest.data, "\"cut_on_chip\":[\"name\"]"));
    char name[64];
    snprintf(name, sizeof name, "%s.chip", numbers[0]);
    struct bytes chip = read_in(folder, name);
    assert_memory_equal(chip.data, cut_name, sizeof cut_name);
    snprintf(name, sizeof name, "%s.json", numbers[0]);
    struct bytes face = read_in(folder, name);
    assert_non_null(strstr((const char *)face.data, "阿卜杜拉·麦麦提·阿卜杜热合曼江"));
    free((void *)(uintptr_t)manifest.data);
    free((void *)(uintptr_t)chip.data);
    free((void *)(uintptr_t)face.data);
}

/* The machine makes all; the body for card 1 tears first. */
static const char *
write_results(char ret_path[NETWORK_PATH_BYTES])
{
    char text[1024];
    int size = snprintf(text, sizeof text,
                        "case,serial,result,text\r\n%s,GD000001,ok\r\n"
                        "%s,GD000002,defective,\"laminate torn, twice\"\r\n%s,GD000003,ok,\r\n"
                        "%s,GD000004,ok\r\n%s,GD000005,ok\r\n",
                        numbers[0], numbers[1], numbers[1], numbers[2], numbers[3]);
    network_path(centre, "results.csv", ret_path);
    assert_int_equal(file_write(ret_path, bytes_of(text, (size_t)size), 0600, FILE_REPLACE, NULL),
                     OK);
    return ret_path;
}

/* ---- the day ---- */

static void
blanks_come(void)
{
    does(centre, "keeper", "stock", "receive", "--count", "6", "--first", "GD000001", "--last",
         "GD000006", "--note", "delivery note 7", NULL);
    assert_int_equal(run(centre, "keeper", "stock", "receive", "--count", "2", "--first",
                         "GD000006", "--last", "GD000007", "--note", "twice", NULL),
                     1);
    says("STOCK_INVALID");
}

static void
a_batch_goes_to_the_machine(void)
{
    char folder[NETWORK_PATH_BYTES];
    does(centre, "maker", "batch", "make", "--machine", "M1", NULL);
    says("B-0000001");
    network_path(centre, "batch", folder);
    does(centre, "maker", "batch", "export", "B-0000001", folder, NULL);
    says("4 cards in ");
    the_export_is_whole(folder);
    assert_int_equal(run(centre, "maker", "batch", "export", "B-0000001", folder, NULL), 1);
    says("FILE_EXISTS");
}

/* The centre is killed in between. */
static void
the_batch_comes_back(void)
{
    char results[NETWORK_PATH_BYTES];
    write_results(results);
    does(centre, "maker", "batch", "import", "B-0000001", results, NULL);
    says("4 made, 1 defective, 0 known already, 0 refused");
    network_kill(centre);
    network_start(centre);
    does(centre, "maker", "batch", "import", "B-0000001", results, NULL);
    says("0 made, 0 defective, 5 known already, 0 refused");
    does(centre, "maker", "stock", "show", NULL);
    says("spoiled by machine");
    says("laminate torn, twice");
    does(centre, "maker", "--json", "stock", "show", NULL);
    says("\"received\":6,\"used\":4,\"spoiled\":1,\"left\":1");
    does(centre, "maker", "batch", "show", "B-0000001", NULL);
    says("GD000003");
}

/* The last card is bad by the reader, and there is one blank left for it. */
static void
cards_are_checked_twice(void)
{
    assert_int_equal(run(centre, "maker", "check-card", "--by", "eye", numbers[0], NULL), 1);
    says("FOUR_EYES");
    does(centre, "checker", "check-card", "--by", "eye", numbers[0], numbers[1], numbers[2],
         numbers[3], NULL);
    does(centre, "checker", "check-card", "--by", "reader", numbers[0], numbers[1], numbers[2],
         NULL);
    says("verified");
    does(centre, "checker", "check-card", "--by", "reader", "--defective", "--text", "chip mute",
         numbers[3], NULL);
    does(centre, "maker", "make", "--serial", "GD000006", numbers[3], NULL);
    does(centre, "checker", "check-card", numbers[3], NULL);
    says("verified");
    does(centre, "maker", "--json", "stock", "show", NULL);
    says("\"received\":6,\"used\":4,\"spoiled\":2,\"left\":0");
}

static void
each_window_gets_its_package(void)
{
    does(centre, "packer", "dispatch", "--package", "EMS-1", numbers[0], numbers[1], NULL);
    assert_int_equal(run(centre, "packer", "dispatch", "--package", "EMS-1", numbers[3], NULL), 1);
    says("PACKAGE_TAKEN");
    does(centre, "packer", "dispatch", "--package", "EMS-1", numbers[2], NULL);
    does(centre, "packer", "dispatch", "--package", "EMS-2", numbers[3], NULL);
    for (unsigned i = 0; i < 3; i++)
        network_wait_for_state(window, numbers[i], "in-transit");
    does(window, "clerk", "package", "show", "EMS-1", NULL);
    says("3 cards, 0 arrived, 0 missing");
    does(window, "clerk", "receive", numbers[0], numbers[1], NULL);
    does(window, "clerk", "miss", "--text", "not in the package", numbers[2], NULL);
    does(window, "clerk", "package", "show", "EMS-1", NULL);
    says("3 cards, 2 arrived, 1 missing");
    network_wait_for_state(centre, numbers[2], "missing");
    does(centre, "packer", "package", "show", "EMS-1", NULL);
    says("3 cards, 2 arrived, 1 missing");
    says("GD000004");
}

/* There is no blank for another one before some come. */
static void
a_lost_card_is_made_again(void)
{
    does(centre, "packer", "trace-card", "--lost", "--text", "the carrier lost it", numbers[2],
         NULL);
    assert_int_equal(run(centre, "maker", "make", numbers[2], NULL), 1);
    says("STOCK_USED_UP");
    does(centre, "keeper", "stock", "count", "--left", "2", "--note", "found in the other safe",
         NULL);
    does(centre, "maker", "make", numbers[2], NULL);
    does(centre, "maker", "stock", "show", NULL);
    says("lost on the way");
    does(centre, "maker", "--json", "stock", "show", NULL);
    says("\"received\":8,\"used\":4,\"spoiled\":3,\"left\":1");
}

static void
a_day_at_a_card_centre(void **unused)
{
    (void)unused;
    order_cards();
    blanks_come();
    a_batch_goes_to_the_machine();
    the_batch_comes_back();
    cards_are_checked_twice();
    each_window_gets_its_package();
    a_lost_card_is_made_again();
    network_stop_all(&network);
    (void)network_audit(centre);
    (void)network_audit(window);
    failed = false;
}

/* The citizen has applied again at another window meanwhile. */
static void
an_order_that_opens_again_beside_another_calls_for_attention(void **unused)
{
    static struct made_application application;
    struct journey other = journey;
    struct made_citizen citizen;
    (void)unused;
    other.window = other_window;
    citizen_make(2, journey.registry->area, &citizen);
    application_make(&citizen, YIDI__APPLICATION_KIND__RENEWAL, &application);
    network_apply(window, &application, "", numbers[0]);
    journey_go_on(&journey, numbers[0], JOURNEY_ACCEPTED, JOURNEY_CLOSED);
    network_apply(other_window, &application, "", numbers[1]);
    journey_go_on(&other, numbers[1], JOURNEY_ACCEPTED, JOURNEY_ORDERED);
    does(window, "clerk", "receive", "--defective", "--text", "the chip fell silent", numbers[0],
         NULL);
    network_wait_for_state(centre, numbers[0], "ordered");
    does(centre, "maker", "--json", "list", "--attention", NULL);
    says(numbers[0]);
    says("OPEN_APPLICATION");
    journey_go_on(&other, numbers[1], JOURNEY_ORDERED, JOURNEY_CLOSED);
    failed = false;
}

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_day_at_a_card_centre, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            an_order_that_opens_again_beside_another_calls_for_attention, set_up, tear_down),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
