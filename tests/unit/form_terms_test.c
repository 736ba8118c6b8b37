/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/domain/form_terms.h"
#include "proto/message.pb-c.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))

/* Write TYPE_name of an int, so that one test can call them all. */
#define NAME_OF_INT(function, type)                                                                \
    static const char *function##_of_int(int value)                                                \
    {                                                                                              \
        return function((enum type)value);                                                         \
    }

NAME_OF_INT(form_kind_name, form_kind)
NAME_OF_INT(form_reason_name, form_reason)
NAME_OF_INT(sex_name, sex)
NAME_OF_INT(form_basis_name, form_basis)
NAME_OF_INT(form_document_name, form_document)
NAME_OF_INT(form_waiver_name, form_waiver)
NAME_OF_INT(form_finger_name, form_finger)

static const struct {
    const ProtobufCEnumDescriptor *proto;
    const char *(*name)(int value);
} terms[] = {
    { &yidi__application_kind__descriptor, form_kind_name_of_int },
    { &yidi__application_reason__descriptor, form_reason_name_of_int },
    { &yidi__sex__descriptor, sex_name_of_int },
    { &yidi__residence_basis__descriptor, form_basis_name_of_int },
    { &yidi__document_kind__descriptor, form_document_name_of_int },
    { &yidi__fee_waiver__descriptor, form_waiver_name_of_int },
    { &yidi__finger_position__descriptor, form_finger_name_of_int },
};

static void
form_terms_have_the_names_of_proto_and_no_others(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < COUNT(terms); i++)
        for (int value = -1; value < 100; value++) {
            const ProtobufCEnumValue *proto =
                protobuf_c_enum_descriptor_get_value(terms[i].proto, value);
            assert_string_equal(terms[i].name(value),
                                proto == NULL ? "UNKNOWN_VALUE" : proto->name);
        }
}

static void
form_terms_have_the_numbers_of_proto(void **unused)
{
    (void)unused;
#define SAME(ours, theirs) assert_int_equal(ours, YIDI__##theirs)
    SAME(KIND_UNSPECIFIED, APPLICATION_KIND__APPLICATION_KIND_UNSPECIFIED);
    SAME(KIND_RENEWAL, APPLICATION_KIND__RENEWAL);
    SAME(KIND_REPLACEMENT, APPLICATION_KIND__REPLACEMENT);
    SAME(KIND_FIRST, APPLICATION_KIND__FIRST);
    SAME(REASON_EXPIRED, APPLICATION_REASON__EXPIRED);
    SAME(REASON_EXPIRING, APPLICATION_REASON__EXPIRING);
    SAME(REASON_DAMAGED, APPLICATION_REASON__DAMAGED);
    SAME(REASON_DETAILS_CHANGED, APPLICATION_REASON__DETAILS_CHANGED);
    SAME(REASON_LOST, APPLICATION_REASON__LOST);
    SAME(REASON_STOLEN, APPLICATION_REASON__STOLEN);
    SAME(SEX_UNKNOWN, SEX__SEX_UNKNOWN);
    SAME(SEX_MALE, SEX__MALE);
    SAME(SEX_FEMALE, SEX__FEMALE);
    SAME(SEX_UNSTATED, SEX__SEX_UNSTATED);
    SAME(BASIS_WORK, RESIDENCE_BASIS__WORK);
    SAME(BASIS_STUDY, RESIDENCE_BASIS__STUDY);
    SAME(BASIS_LIVING, RESIDENCE_BASIS__LIVING);
    SAME(DOCUMENT_ORIGINAL_CARD, DOCUMENT_KIND__ORIGINAL_CARD);
    SAME(DOCUMENT_HOUSEHOLD_REGISTER, DOCUMENT_KIND__HOUSEHOLD_REGISTER);
    SAME(DOCUMENT_RESIDENCE_PERMIT, DOCUMENT_KIND__RESIDENCE_PERMIT);
    SAME(DOCUMENT_DRIVING_LICENCE, DOCUMENT_KIND__DRIVING_LICENCE);
    SAME(DOCUMENT_PASSPORT, DOCUMENT_KIND__PASSPORT);
    SAME(WAIVER_NONE, FEE_WAIVER__NO_WAIVER);
    SAME(WAIVER_WELFARE, FEE_WAIVER__WELFARE);
    SAME(WAIVER_HARDSHIP, FEE_WAIVER__HARDSHIP);
    SAME(FINGER_RIGHT_THUMB, FINGER_POSITION__RIGHT_THUMB);
    SAME(FINGER_RIGHT_LITTLE, FINGER_POSITION__RIGHT_LITTLE);
    SAME(FINGER_LEFT_THUMB, FINGER_POSITION__LEFT_THUMB);
    SAME(FINGER_LEFT_LITTLE, FINGER_POSITION__LEFT_LITTLE);
#undef SAME
}

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(form_terms_have_the_names_of_proto_and_no_others),
        cmocka_unit_test(form_terms_have_the_numbers_of_proto),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
