/* SPDX-License-Identifier: Apache-2.0
 *
 * make_demo_data - writes what the demo feeds its offices with: population files, applications with
 * photos and fingerprint templates. All of it is synthetic.
 *
 *     make_demo_data OFFICES.tsv FOLDER
 *
 * In FOLDER appear REGISTRY.csv of every registry, WINDOW-1.jsonl to WINDOW-3.jsonl of every
 * acceptance office (what its clerk takes in the morning, at noon, in the afternoon), photos/ and
 * templates/, and by-hand.json, an application that nobody has made yet.
 */
#include <err.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "common/domain/civil_date.h"
#include "common/io/json.h"
#include "deploy/demo/applications.h"
#include "deploy/demo/photo_maker.h"

enum {
    OFFICES_MAX = 16,
    CITIZENS_PER_REGISTRY = 120,
    ONE_CHILD_IN = 10, /* of those who have no application in the plan */
    CHILD_YEARS = 12,
    WAVES = 3,
    PLAN_BY_HAND = APPLICATIONS_PLANNED, /* beyond the planned ones */
};

struct demo_office {
    char name[32];
    char role[16];
    char county[DIVISION_CHARS + 1];
};

struct demo {
    struct demo_office offices[OFFICES_MAX];
    unsigned office_count;
    uint32_t today;
};

static FILE *
open_file(const char *path, const char *mode)
{
    FILE *file = fopen(path, mode);
    if (file == NULL)
        err(1, "%s", path);
    return file;
}

static void
close_file(FILE *file, const char *path)
{
    if (fclose(file) != 0)
        err(1, "%s", path);
}

/* ---- offices ---- */

static void
read_offices(const char *path, struct demo *demo)
{
    char line[512];
    FILE *file = open_file(path, "re");
    while (fgets(line, sizeof line, file) != NULL) {
        struct demo_office office = { 0 };
        if (line[0] == '#')
            continue;
        if (demo->office_count == OFFICES_MAX ||
            sscanf(line, "%31s %15s %*s %6s", office.name, office.role, office.county) != 3)
            errx(1, "%s: not an office: %s", path, line);
        demo->offices[demo->office_count++] = office;
    }
    close_file(file, path);
}

/* The index-th office of a role, counted round and round. */
static unsigned
find_office(const struct demo *demo, const char *role, unsigned index)
{
    unsigned of_role[OFFICES_MAX], count = 0;
    for (unsigned i = 0; i < demo->office_count; i++)
        if (strcmp(demo->offices[i].role, role) == 0)
            of_role[count++] = i;
    if (count == 0)
        errx(1, "no office has the role %s", role);
    return of_role[index % count];
}

static const struct division *
county_of(const struct demo *demo, unsigned office)
{
    const struct division *division = division_find(demo->offices[office].county);
    if (division == NULL)
        errx(1, "%s is no county", demo->offices[office].county);
    return division;
}

/* ---- who applies where ---- */

struct route {
    unsigned window;
    unsigned registry;
};

/* Every window with every registry of another province, by turns. */
static struct route
choose_route(const struct demo *demo, unsigned plan)
{
    struct route routes[OFFICES_MAX * OFFICES_MAX];
    unsigned count = 0;
    for (unsigned i = 0; i < OFFICES_MAX; i++)
        for (unsigned w = 0; w < demo->office_count; w++) {
            const struct demo_office *window = &demo->offices[w];
            struct route route = { w, find_office(demo, "registry", i + w) };
            bool other = strncmp(window->county, demo->offices[route.registry].county, 2) != 0;
            if (strcmp(window->role, "acceptance") == 0 && other)
                routes[count++] = route;
        }
    if (count == 0)
        errx(1, "no window is in another province than a registry");
    return routes[plan % count];
}

/* A citizen's second application is at another window, for the same registry. */
static struct route
route_of(const struct demo *demo, unsigned plan)
{
    if (application_trait(plan) != TRAIT_SECOND)
        return choose_route(demo, plan);
    struct route first = choose_route(demo, plan - 1), route = first;
    for (unsigned other = plan; route.window == first.window || route.registry != first.registry;)
        route = choose_route(demo, other++);
    return route;
}

static unsigned
serial_of(unsigned plan)
{
    return 1 + (application_trait(plan) == TRAIT_SECOND ? plan - 1 : plan);
}

static struct citizen_draft
applicant(const struct demo *demo, unsigned plan)
{
    enum application_trait trait = application_trait(plan);
    if (trait == TRAIT_SECOND)
        return applicant(demo, plan - 1);
    struct citizen_draft citizen;
    citizen_invent(serial_of(plan), county_of(demo, route_of(demo, plan).registry), demo->today,
                   trait == TRAIT_CHILD ? CHILD_YEARS : 0, &citizen);
    application_adjust_record(trait, &citizen);
    return citizen;
}

/* ---- files ---- */

static void
write_population(const struct demo *demo, unsigned registry, unsigned *next_serial)
{
    static const char header[] = "citizen_number,name,sex,ethnic_group,birth_date,address,"
                                 "registration_division,fingerprints_on_file,bad_credit,"
                                 "card_serial,card_valid_until\n";
    char path[64];
    unsigned count = 0;
    snprintf(path, sizeof path, "%s.csv", demo->offices[registry].name);
    FILE *file = open_file(path, "we");
    fputs(header, file);
    for (unsigned plan = 0; plan <= PLAN_BY_HAND; plan++) {
        struct citizen_draft citizen = applicant(demo, plan);
        if (route_of(demo, plan).registry != registry || application_trait(plan) == TRAIT_SECOND)
            continue;
        citizen_write(&citizen, file);
        count++;
    }
    for (; count < CITIZENS_PER_REGISTRY; count++) {
        struct citizen_draft citizen;
        citizen_invent((*next_serial)++, county_of(demo, registry), demo->today,
                       count % ONE_CHILD_IN == 0 ? CHILD_YEARS : 0, &citizen);
        citizen_write(&citizen, file);
    }
    close_file(file, path);
}

static void
write_bytes(const char *path, const void *data, size_t size)
{
    FILE *file = open_file(path, "we");
    if (fwrite(data, 1, size, file) != size)
        err(1, "%s", path);
    close_file(file, path);
}

static void
write_attachments(unsigned plan, struct arena *arena)
{
    static uint8_t jpeg[PHOTO_MAKER_ROOM];
    uint8_t template[PHOTO_MAKER_TEMPLATE_BYTES];
    const struct photo_request request = { .seed = plan };
    size_t size = photo_make(&request, jpeg);
    if (size == 0)
        errx(1, "a photo cannot be made");
    write_bytes(application_file(arena, "photos", plan, ".jpg"), jpeg, size);
    photo_make_template(2 * plan, template);
    write_bytes(application_file(arena, "templates", plan, "-right.bin"), template,
                sizeof template);
    photo_make_template(2 * plan + 1, template);
    write_bytes(application_file(arena, "templates", plan, "-left.bin"), template, sizeof template);
}

static void
append_line(const char *path, const ProtobufCMessage *message, struct arena *arena)
{
    char *text = json_encode(message, arena);
    if (text == NULL)
        errx(1, "out of memory");
    FILE *file = open_file(path, "ae");
    fprintf(file, "%s\n", text);
    close_file(file, path);
}

static void
write_application(const struct demo *demo, unsigned plan)
{
    AUTO(arena) struct arena arena;
    arena_init(&arena);
    unsigned window = route_of(demo, plan).window;
    struct citizen_draft citizen = applicant(demo, plan);
    const struct application_case about = { .plan = plan,
                                            .trait = application_trait(plan),
                                            .citizen = &citizen,
                                            .residence = county_of(demo, window),
                                            .today = demo->today };
    Yidi__ImportLine *line = application_fill(&about, &arena);
    if (line == NULL)
        errx(1, "out of memory");
    write_attachments(plan, &arena);
    if (plan == PLAN_BY_HAND) {
        append_line("by-hand.json", &line->form->base, &arena);
        return;
    }
    char path[64];
    snprintf(path, sizeof path, "%s-%u.jsonl", demo->offices[window].name,
             1 + plan * WAVES / APPLICATIONS_PLANNED);
    append_line(path, &line->base, &arena);
}

int
main(int argc, char *argv[])
{
    static struct demo demo;
    if (argc != 3)
        errx(2, "usage: make_demo_data OFFICES.tsv FOLDER");
    read_offices(argv[1], &demo);
    demo.today = civil_date_of_ms((uint64_t)time(NULL) * 1000);
    if ((mkdir(argv[2], 0700) != 0 || chdir(argv[2]) != 0) || mkdir("photos", 0700) != 0 ||
        mkdir("templates", 0700) != 0)
        err(1, "%s", argv[2]);

    unsigned next_serial = serial_of(PLAN_BY_HAND) + 1;
    for (unsigned i = 0; i < demo.office_count; i++)
        if (strcmp(demo.offices[i].role, "registry") == 0)
            write_population(&demo, i, &next_serial);
    for (unsigned plan = 0; plan <= PLAN_BY_HAND; plan++)
        write_application(&demo, plan);
    return 0;
}
