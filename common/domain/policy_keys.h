/* SPDX-License-Identifier: Apache-2.0
 *
 * policy_keys - everything that a policy decides: one line per key, in one table.
 *
 *     X(name, "key", unit, standard, minimum, maximum, whose province decides, term, what it is)
 *
 * The standard is what holds where no rule gives a value: the procedure as the law has it. Keys are
 * stable, as they stand in signed files: add, never rename. A rule of a key costs no other line of
 * code than the one that asks for it.
 */
#ifndef DOMAIN_POLICY_KEYS_H
#define DOMAIN_POLICY_KEYS_H

/* clang-format off */
#define POLICY_KEYS(X)                                                                                                                                                \
    X(FEE_RENEWAL,        "fee.renewal",                  FEN, 2000, 0, 100000, WINDOW,   "换领工本费",         "Fee of a renewal: expired, about to expire, or details changed.") \
    X(FEE_DAMAGED,        "fee.damaged",                  FEN, 4000, 0, 100000, WINDOW,   "损坏换领工本费",     "Fee of a renewal because the card is damaged.")                   \
    X(FEE_REPLACEMENT,    "fee.replacement",              FEN, 4000, 0, 100000, WINDOW,   "丢失补领工本费",     "Fee of a replacement: lost or stolen.")                           \
    X(FEE_FIRST,          "fee.first",                    FEN, 0, 0, 100000, WINDOW,      "首次申领工本费",     "Fee of a first card.")                                            \
    X(FEE_TEMPORARY,      "fee.temporary",                FEN, 1000, 0, 100000, WINDOW,   "临时证工本费",       "Fee of a temporary card.")                                        \
    X(WELFARE_RENEWAL,    "waiver.welfare.renewal",       PERCENT, 100, 0, 100, WINDOW,   "低保换领减免",       "What a recipient of welfare is let off a renewal's fee.")         \
    X(WELFARE_DAMAGED,    "waiver.welfare.damaged",       PERCENT, 0, 0, 100, WINDOW,     "低保损坏换领减免",   "The same when the card is damaged.")                              \
    X(WELFARE_REPLACEMENT, "waiver.welfare.replacement",  PERCENT, 0, 0, 100, WINDOW,     "低保补领减免",       "The same of a replacement.")                                      \
    X(WELFARE_FIRST,      "waiver.welfare.first",         PERCENT, 100, 0, 100, WINDOW,   "低保首次申领减免",   "The same of a first card.")                                       \
    X(HARDSHIP_RENEWAL,   "waiver.hardship.renewal",      PERCENT, 50, 0, 100, WINDOW,    "特困换领减免",       "What whoever is in hardship is let off a renewal's fee.")         \
    X(HARDSHIP_DAMAGED,   "waiver.hardship.damaged",      PERCENT, 0, 0, 100, WINDOW,     "特困损坏换领减免",   "The same when the card is damaged.")                              \
    X(HARDSHIP_REPLACEMENT, "waiver.hardship.replacement", PERCENT, 0, 0, 100, WINDOW,    "特困补领减免",       "The same of a replacement.")                                      \
    X(HARDSHIP_FIRST,     "waiver.hardship.first",        PERCENT, 50, 0, 100, WINDOW,    "特困首次申领减免",   "The same of a first card.")                                       \
    X(VALIDITY_UNDER_16,  "validity.under-16",            YEARS, 5, 0, 50, REGISTRY,      "未满16岁有效期",     "How long a card is valid for holders under 16 on the day of issue.") \
    X(VALIDITY_16_TO_25,  "validity.16-to-25",            YEARS, 10, 0, 50, REGISTRY,     "16至25岁有效期",     "The same from 16 to 25.")                                         \
    X(VALIDITY_26_TO_45,  "validity.26-to-45",            YEARS, 20, 0, 50, REGISTRY,     "26至45岁有效期",     "The same from 26 to 45.")                                         \
    X(VALIDITY_FROM_46,   "validity.from-46",             YEARS, 0, 0, 50, REGISTRY,      "46岁以上有效期",     "The same from 46 on.")                                            \
    X(RENEWAL_EARLY,      "renewal.early",                MONTHS, 3, 0, 120, WINDOW,      "提前换领期限",       "How long before its end a card that expires may be renewed.")     \
    X(DEADLINE_STATUTORY, "deadline.statutory",           DAYS, 60, 1, 60, WINDOW,        "法定办理期限",       "From acceptance until the card is there.")                        \
    X(DEADLINE_REMOTE,    "deadline.remote",              DAYS, 0, 0, 30, WINDOW,         "偏远地区延长期限",   "What the statutory time is extended by in remote areas.")         \
    X(DEADLINE_REGISTRY,  "deadline.registry",            DAYS, 5, 1, 366, REGISTRY,      "审核签发期限",       "From arrival at the registry until it is issued or refused.")     \
    X(DEADLINE_PRODUCTION, "deadline.production",         DAYS, 30, 1, 366, WINDOW,       "制证期限",           "From the order until the card is made, verified and sent.")       \
    X(PRODUCTION_WORKING_DAYS, "deadline.production-in-working-days", FLAG, 0, 0, 1, WINDOW, "制证期限按工作日计", "Whether the days of production are working days.")               \
    X(DEADLINE_NOTIFICATION, "deadline.notification",     WORKING_DAYS, 2, 1, 366, WINDOW, "通知领证期限",      "From the card's arrival until the applicant is told.")            \
    X(DEADLINE_REMAKE,    "deadline.remake",              DAYS, 5, 1, 366, WINDOW,        "重新制证期限",       "From the report of a defect, or of a card that did not arrive, until the card is made again.") \
    X(DEADLINE_BAD_CARD,  "deadline.bad-card",            WORKING_DAYS, 1, 1, 366, WINDOW, "坏证重制期限",       "From a check at the card centre that finds a card bad until it is made again.") \
    X(DEADLINE_COLLECTION, "deadline.collection",         DAYS, 90, 1, 3660, WINDOW,      "领证保管期限",       "From the card's arrival until it counts as unclaimed.")           \
    X(DUE_SOON,           "deadline.due-soon",            WORKING_DAYS, 1, 0, 60, OFFICE, "临期预警天数",       "How long before a deadline a case shows as due soon; each office goes by its own province.")            \
    X(REFUSE_FIRST,       "refusal.first-application",    FLAG, 1, 0, 1, WINDOW,          "首次申领不予受理",   "Whether a first application is refused in another place.")        \
    X(REFUSE_IDENTITY,    "refusal.identity-doubtful",    FLAG, 1, 0, 1, REGISTRY,        "身份存疑不予受理",   "Whether it is refused when form and record differ.")              \
    X(REFUSE_APPEARANCE,  "refusal.appearance-without-fingerprints", FLAG, 1, 0, 1, REGISTRY, "相貌变化大且无指纹不予受理", "Whether it is refused when appearance has changed greatly and no fingerprints are on file.") \
    X(REFUSE_DOCUMENTS,   "refusal.documents-not-genuine", FLAG, 1, 0, 1, REGISTRY,       "伪造冒用证件不予受理", "Whether it is refused over forged or misused documents.")       \
    X(REFUSE_CREDIT,      "refusal.bad-credit",           FLAG, 1, 0, 1, REGISTRY,        "不良信用记录不予受理", "Whether it is refused over a bad credit record.")               \
    X(GUARDIAN_PHOTO,     "first.guardian-photo",         FLAG, 0, 0, 1, WINDOW,          "首次申领监护人合影", "Whether a first card under 16 needs a photo taken with the guardian.") \
    X(BILINGUAL,          "production.bilingual",         FLAG, 0, 0, 1, PRODUCTION,      "双语文字制证",       "Whether the province's card centres print a second script.")      \
    X(TEMPORARY_ALLOWED,  "temporary.allowed",            FLAG, 1, 0, 1, WINDOW,          "异地办理临时证",     "Whether a temporary card is given, once the registry has issued.") \
    X(TEMPORARY_VALIDITY, "temporary.validity",           MONTHS, 3, 1, 3, WINDOW,        "临时证有效期",       "How long a temporary card is valid.")                             \
    X(HOLDER_CHECK,       "collection.holder-check",      FLAG, 0, 0, 1, WINDOW,          "领证人核对签名",     "Whether whoever collects checks print and chip of the card, and signs.") \
    X(KEEP_BIOMETRICS,    "retention.biometrics",         DAYS, 90, 1, 36500, WINDOW,     "人像指纹保存期限",   "How long photo and fingerprints are kept after the case is closed.") \
    X(KEEP_TEXT,          "retention.text",               DAYS, 3650, 1, 36500, WINDOW,   "文字信息保存期限",   "How long names and addresses are kept after the case is closed.")
/* clang-format on */

enum policy_key {
#define X(name, ...) POLICY_##name,
    POLICY_KEYS(X)
#undef X
        POLICY_KEY_COUNT,
    POLICY_KEY_UNKNOWN = POLICY_KEY_COUNT
};

#endif
