/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/package.h"

#include "common/io/wire.h"
#include "proto/production.pb-c.h"

enum { PACKAGE_BYTES_MAX = 40, CARDS_SHOWN_MAX = 10000 };

/* centre, name, zero; then the case number of a card */
struct package_key {
    uint8_t bytes[OFFICE_CODE_CHARS + PACKAGE_BYTES_MAX + 1 + CASE_NUMBER_CHARS];
    size_t size;
};

static struct package_key
key_of(const char *centre, const char *package)
{
    struct package_key key = { .size = OFFICE_CODE_CHARS };
    size_t size = strlen(package);
    memcpy(key.bytes, centre, OFFICE_CODE_CHARS);
    memcpy(key.bytes + key.size, package, size < PACKAGE_BYTES_MAX ? size : PACKAGE_BYTES_MAX);
    key.size += (size < PACKAGE_BYTES_MAX ? size : PACKAGE_BYTES_MAX) + 1;
    return key;
}

static struct package_key
key_of_card(const struct package_key *package, const char *case_number)
{
    struct package_key key = *package;
    memcpy(key.bytes + key.size, case_number, CASE_NUMBER_CHARS);
    key.size += CASE_NUMBER_CHARS;
    return key;
}

static struct bytes
bytes_of_key(const struct package_key *key)
{
    return bytes_of(key->bytes, key->size);
}

/* ---- rows ---- */

static enum result
decode(const ProtobufCMessageDescriptor *descriptor, struct bytes value, struct arena *arena,
       ProtobufCMessage **ret_message)
{
    return wire_decode(descriptor, value, arena, ret_message, NULL) == OK ? OK : ERR_DAMAGED;
}

static enum result
find(struct store_txn *txn, const struct package_key *key, struct arena *arena,
     Yidi__PackageRow **ret_row)
{
    struct bytes value;
    ProtobufCMessage *message = NULL;
    enum result result = store_get(txn, TABLE_PACKAGES, bytes_of_key(key), &value);
    if (result == OK)
        result = decode(&yidi__package_row__descriptor, value, arena, &message);
    if (result == OK)
        *ret_row = (Yidi__PackageRow *)message;
    return result;
}

static enum result
put(struct turn *turn, const struct package_key *key, const ProtobufCMessage *message)
{
    if (wire_check(message, NULL) != OK)
        return ERR_DAMAGED; /* such a row could never be read again */
    struct bytes packed = wire_encode(message, turn->arena);
    return packed.data == NULL ? ERR_MEMORY
                               : store_put(turn->txn, TABLE_PACKAGES, bytes_of_key(key), packed);
}

static enum result
find_or_begin(struct turn *turn, const struct package_key *key, const char *acceptance_office,
              Yidi__PackageRow **ret_row)
{
    enum result result = find(turn->txn, key, turn->arena, ret_row);
    if (result != ERR_ABSENT)
        return result;
    *ret_row = arena_take(turn->arena, sizeof **ret_row);
    if (*ret_row == NULL)
        return ERR_MEMORY;
    yidi__package_row__init(*ret_row);
    (*ret_row)->version = 1;
    (*ret_row)->acceptance_office = (char *)acceptance_office;
    return OK;
}

enum result
package_check(struct turn *turn, const Yidi__Case *row, const char *package,
              struct refusal *ret_refusal)
{
    Yidi__PackageRow *found;
    if (package[0] == '\0')
        return OK;
    const struct package_key key = key_of(row->production_office, package);
    enum result result = find(turn->txn, &key, turn->arena, &found);
    if (result != OK)
        return result == ERR_ABSENT ? OK : result;
    if (strcmp(found->acceptance_office, row->acceptance_office) != 0)
        return refuse(ret_refusal, REFUSAL_PACKAGE_TAKEN, "decide.package",
                      "this package goes to office %s", found->acceptance_office);
    return found->opened ? refuse(ret_refusal, REFUSAL_PACKAGE_TAKEN, "decide.package",
                                  "this package was opened at the window already")
                         : OK;
}

/* A card that is sent again in the same package counts once. */
static enum result
put_card(struct turn *turn, const struct package_key *package, const Yidi__Case *row, bool *ret_new)
{
    Yidi__PackageEntry entry = YIDI__PACKAGE_ENTRY__INIT;
    const struct package_key key = key_of_card(package, row->case_number);
    struct bytes unused;
    enum result result = store_get(turn->txn, TABLE_PACKAGES, bytes_of_key(&key), &unused);
    *ret_new = result == ERR_ABSENT;
    if (result != OK && result != ERR_ABSENT)
        return result;
    entry.card_serial = row->card_serial;
    entry.time_ms = turn->now_ms;
    return put(turn, &key, &entry.base);
}

enum result
package_add(struct turn *turn, const Yidi__Case *row, uint32_t announced)
{
    Yidi__PackageRow *package;
    bool is_new = false;
    if (row->package[0] == '\0')
        return OK;
    const struct package_key key = key_of(row->production_office, row->package);
    enum result result = find_or_begin(turn, &key, row->acceptance_office, &package);
    if (result == OK)
        result = put_card(turn, &key, row, &is_new);
    if (result != OK)
        return result;
    package->cards += is_new ? 1 : 0;
    if (package->expected < announced)
        package->expected = announced;
    if (package->expected < package->cards)
        package->expected = package->cards;
    return put(turn, &key, &package->base);
}

enum result
package_count(struct turn *turn, const Yidi__Case *row, uint32_t *ret_cards)
{
    Yidi__PackageRow *package;
    *ret_cards = 0;
    if (row->package[0] == '\0')
        return OK;
    const struct package_key key = key_of(row->production_office, row->package);
    enum result result = find(turn->txn, &key, turn->arena, &package);
    if (result == OK)
        *ret_cards = package->cards;
    return result == ERR_ABSENT ? OK : result;
}

enum result
package_note_opened(struct turn *turn, const Yidi__Case *row)
{
    Yidi__PackageRow *package;
    if (row->package[0] == '\0')
        return OK;
    const struct package_key key = key_of(row->production_office, row->package);
    enum result result = find(turn->txn, &key, turn->arena, &package);
    if (result != OK || package->opened)
        return result == ERR_ABSENT ? OK : result;
    package->opened = true;
    return put(turn, &key, &package->base);
}

/* ---- the manifest ---- */

/* What a step tells of a card that travels; unspecified when it tells nothing. */
static Yidi__PackageStanding
standing_after(Yidi__Step step)
{
    switch (step) {
    case YIDI__STEP__ARRIVED:
        return YIDI__PACKAGE_STANDING__CARD_ARRIVED;
    case YIDI__STEP__MISSING:
        return YIDI__PACKAGE_STANDING__CARD_MISSING;
    case YIDI__STEP__FOUND:
        return YIDI__PACKAGE_STANDING__CARD_SENT_AGAIN;
    case YIDI__STEP__DISPATCHED:
    case YIDI__STEP__IN_TRANSIT:
        return YIDI__PACKAGE_STANDING__CARD_ON_ITS_WAY;
    default:
        return YIDI__PACKAGE_STANDING__PACKAGE_STANDING_UNSPECIFIED;
    }
}

/* What the office itself saw of the card last. One that was spoiled after it had been missed is
 * lost: it never came. A case that has ended names none any more. */
static Yidi__PackageStanding
standing_of(const struct office *office, const Yidi__Case *row, const char *package,
            const char *serial)
{
    bool another = row->card_serial[0] != '\0' && strcmp(row->card_serial, serial) != 0;
    if (strcmp(row->package, package) != 0 || another)
        return YIDI__PACKAGE_STANDING__CARD_SENT_AGAIN;
    bool spoiled = false;
    Yidi__PackageStanding seen = YIDI__PACKAGE_STANDING__PACKAGE_STANDING_UNSPECIFIED;
    for (size_t i = row->n_trace; i > 0 && seen == 0; i--) {
        const Yidi__Hop *hop = row->trace[i - 1];
        if (strcmp(hop->office, office->journal.office) != 0)
            continue;
        spoiled |= hop->step == YIDI__STEP__SPOILED;
        seen = standing_after(hop->step);
    }
    if (spoiled && seen != YIDI__PACKAGE_STANDING__CARD_MISSING)
        return YIDI__PACKAGE_STANDING__CARD_DEFECTIVE;
    return seen == 0 ? YIDI__PACKAGE_STANDING__CARD_ON_ITS_WAY : seen;
}

static enum result
read_card(struct office *office, struct store_txn *txn, const char *package, struct bytes key,
          struct bytes value, Yidi__PackageCard *card)
{
    ProtobufCMessage *message;
    struct case_file file;
    char case_number[CASE_NUMBER_CHARS + 1] = { 0 };
    memcpy(case_number, key.data + key.size - CASE_NUMBER_CHARS, CASE_NUMBER_CHARS);
    enum result result =
        decode(&yidi__package_entry__descriptor, value, &office->answers, &message);
    if (result == OK)
        result = case_file_open(txn, office->options.role->machine, case_number, &office->answers,
                                &file);
    if (result != OK)
        return result == ERR_ABSENT ? ERR_DAMAGED : result;
    const Yidi__PackageEntry *entry = (const Yidi__PackageEntry *)message;
    yidi__package_card__init(card);
    card->case_number = file.row->case_number;
    card->card_serial = entry->card_serial;
    card->time_ms = entry->time_ms;
    card->standing = standing_of(office, file.row, package, entry->card_serial);
    return OK;
}

static enum result
read_cards(struct office *office, struct store_txn *txn, const struct package_key *prefix,
           size_t room, Yidi__PackageReport *report)
{
    AUTO(store_cursor) struct store_cursor *cursor = NULL;
    struct bytes key, value;
    Yidi__PackageCard *cards = arena_take(&office->answers, (room + 1) * sizeof *cards);
    report->cards = arena_take(&office->answers, (room + 1) * sizeof *report->cards);
    if (cards == NULL || report->cards == NULL)
        return ERR_MEMORY;
    enum result result = store_cursor_open(txn, TABLE_PACKAGES, bytes_of_key(prefix), &cursor);
    while (result == OK && report->n_cards < room &&
           (result = store_cursor_next(cursor, &key, &value)) == OK) {
        Yidi__PackageCard *card = &cards[report->n_cards];
        if (key.size != prefix->size + CASE_NUMBER_CHARS)
            continue; /* the package itself */
        result = read_card(office, txn, report->package, key, value, card);
        report->cards[report->n_cards++] = card;
        report->arrived += card->standing == YIDI__PACKAGE_STANDING__CARD_ARRIVED ||
                           card->standing == YIDI__PACKAGE_STANDING__CARD_DEFECTIVE;
        report->missing += card->standing == YIDI__PACKAGE_STANDING__CARD_MISSING;
    }
    return result == ERR_ABSENT ? OK : result;
}

/* A window asks about its own card centre when it names none. */
static const char *
find_centre(const struct office *office, const Yidi__PackageQuery *query)
{
    const Yidi__Office *self = office_self(office);
    if (query->production_office[0] != '\0')
        return strlen(query->production_office) == OFFICE_CODE_CHARS ? query->production_office
                                                                     : NULL;
    if (office->options.role->party == PARTY_PRODUCTION)
        return self->code;
    if (self->n_areas == 0)
        return NULL;
    const Yidi__Office *centre = directory_find_production(office->directory, self->areas[0]);
    return centre == NULL ? NULL : centre->code;
}

enum result
package_show(struct office *office, struct store_txn *txn, const Yidi__PackageQuery *query,
             Yidi__Response *response, struct refusal *ret_refusal)
{
    const char *centre = find_centre(office, query);
    Yidi__PackageRow *row;
    struct package_key key = { .size = 0 };
    enum result result = ERR_ABSENT;
    if (centre != NULL) {
        key = key_of(centre, query->package);
        result = find(txn, &key, &office->answers, &row);
    }
    if (result == ERR_ABSENT)
        return refuse(ret_refusal, REFUSAL_PACKAGE_UNKNOWN, "package_query.package",
                      "no such package of that card centre is known here");
    if (result != OK)
        return result;
    Yidi__PackageReport *report = arena_take(&office->answers, sizeof *report);
    if (report == NULL)
        return ERR_MEMORY;
    yidi__package_report__init(report);
    report->package = query->package;
    report->production_office = (char *)centre;
    report->acceptance_office = row->acceptance_office;
    report->expected = row->expected;
    response->body_case = YIDI__RESPONSE__BODY_PACKAGE;
    response->package = report;
    return read_cards(office, txn, &key,
                      row->cards < CARDS_SHOWN_MAX ? row->cards : CARDS_SHOWN_MAX, report);
}
