/* SPDX-License-Identifier: Apache-2.0
 *
 * refusal - a coded no to a user or a peer: which field, which rule. Nothing changed.
 *
 * Codes are stable: they travel in messages and stand in scripts. Add, never rename. Each has one
 * meaning in English and in Chinese; the rule of a refusal is English. After a change `make docs`
 * writes deploy/CODES.md anew.
 */
#ifndef CORE_REFUSAL_H
#define CORE_REFUSAL_H

#include "common/core/result.h"

#define REFUSAL_CODES(X)                                                                           \
    X(FIELD_OUT_OF_BOUNDS, "a field breaks the bound written beside it in proto/",                 \
      "字段超出规定的范围")                                                                        \
    X(MALFORMED, "bytes that do not parse", "数据无法解析")                                        \
    X(CITIZEN_NUMBER_INVALID, "not a citizen number by GB 11643-1999",                             \
      "不是符合 GB 11643-1999 的公民身份号码")                                                     \
    X(NAME_INVALID, "not a personal name", "不是规范的姓名")                                       \
    X(ETHNIC_GROUP_UNKNOWN, "not a code of GB/T 3304", "不是 GB/T 3304 规定的民族代码")            \
    X(DIVISION_UNKNOWN, "not a county-level division of GB/T 2260",                                \
      "不是 GB/T 2260 现行的县级行政区划代码")                                                     \
    X(OFFICE_CODE_INVALID, "not an office code by GA/T 380",                                       \
      "不是符合 GA/T 380 的公安机关机构代码")                                                      \
    X(CASE_NUMBER_INVALID, "not a case number, or a mistyped one", "不是受理编号，或者输入有误")   \
    X(RECEIPT_CODE_INVALID, "not a code as it stands on a receipt", "不是领证回执上的查询码")      \
    X(DATE_INVALID, "not a date", "不是有效日期")                                                  \
    X(BIRTH_DATE_MISMATCH, "birth date and citizen number disagree",                               \
      "出生日期与公民身份号码不一致")                                                              \
    X(SEX_MISMATCH, "sex and citizen number disagree", "性别与公民身份号码不一致")                 \
    X(PHONE_INVALID, "not a telephone number", "不是电话号码")                                     \
    X(REASON_MISMATCH, "the reason does not go with the kind of application",                      \
      "办证原因与申请类别不符")                                                                    \
    X(EVIDENCE_MISSING, "the kind of application needs another document",                          \
      "该类申请应当出示其他证明材料")                                                              \
    X(IDENTITY_DOCUMENT_INVALID, "this document does not identify an applicant",                   \
      "该证件不能证明申请人身份")                                                                  \
    X(GUARDIAN_MISSING, "under 16 a guardian applies", "未满十六周岁的，由监护人代为申请")         \
    X(FIRST_APPLICATION_ELSEWHERE, "a first application is made at the place of registration",     \
      "首次申领应当到户籍所在地办理")                                                              \
    X(NOT_ELSEWHERE, "registered here; apply at the office of registration",                       \
      "户籍在本地，请到户籍所在地公安机关办理")                                                    \
    X(FEE_MISMATCH, "the fee paid is not the fee due", "所缴费用与应缴费用不符")                   \
    X(PHOTO_INVALID, "the photo is not as GA 461 asks", "相片不符合 GA 461 的要求")                \
    X(GUARDIAN_PHOTO_MISSING, "a first card under 16 needs a photo taken with the guardian",       \
      "未满十六周岁首次申领的，须提交与监护人的合影")                                              \
    X(GUARDIAN_PHOTO_INVALID, "the photo taken with the guardian cannot be taken",                 \
      "与监护人的合影不符合要求")                                                                  \
    X(FINGERPRINT_INVALID, "a fingerprint template is not as GA/T 1012 asks",                      \
      "指纹信息不符合 GA/T 1012 的要求")                                                           \
    X(ATTACHMENT_LOST, "the photo or a template was lost; the citizen must apply again",           \
      "相片或者指纹信息已丢失，申请人须重新申请")                                                  \
    X(DATA_ERASED, "what this needs was erased when the time for keeping it had passed",           \
      "保存期限届满，所需信息已删除")                                                              \
    X(MESSAGE_ERASED, "a message about it was erased by its sender before it was delivered",       \
      "发送方在送达前已删除与此件有关的报文")                                                      \
    X(ERASURE_HELD, "it cannot be erased yet: something still needs it",                           \
      "暂不能删除：仍有业务需要该信息")                                                            \
    X(OPEN_APPLICATION, "this citizen already has an open application",                            \
      "该公民已有一件申请正在办理")                                                                \
    X(ILLEGAL_IN_STATE, "not possible in the case's present state",                                \
      "业务当前状态下不能进行此操作")                                                              \
    X(REDIRECTED_TOO_OFTEN, "redirected as often as may be; it is decided here",                   \
      "移送次数已达上限，应当在本地办理")                                                          \
    X(CASE_LEASED, "somebody else has the case in hand", "该业务正由其他人员办理")                 \
    X(CARD_NOT_REPLACED, "the card was not replaced by one that was collected",                    \
      "该证件尚未被已领取的新证替换")                                                              \
    X(CITIZEN_UNKNOWN, "no such citizen is on file here", "本地没有该公民的人口信息")              \
    X(FOUR_EYES, "the second act needs another person", "该环节须由另一人办理")                    \
    X(FINDING_FAILED, "a finding on the application forbids it", "核查结果不允许签发")             \
    X(SURRENDER_REQUIRED, "on renewal the old card is handed back at collection",                  \
      "换领的，领取新证时应当交回原证")                                                            \
    X(IDENTIFICATION_MISSING, "how whoever collects was identified must be said",                  \
      "必须写明领证人的核验方式")                                                                  \
    X(IDENTIFICATION_FAILED, "whoever collects was not found to be the holder",                    \
      "领证人未能核验为证件本人")                                                                  \
    X(COLLECTOR_NOT_ENTITLED, "this person may not collect the card", "此人不得代领该证件")        \
    X(RECEIPT_MISMATCH, "the receipt is another application's", "领证回执不属于该业务")            \
    X(TEMPORARY_CARD_OUT, "the temporary card is handed back at collection",                       \
      "领取证件时应当交回临时居民身份证")                                                          \
    X(HOLDER_CHECK_MISSING, "whoever collects checks print and chip of the card, and signs",       \
      "领证人应当核对证件的登记项目和机读信息，并签名确认")                                        \
    X(TEMPORARY_CARD_GIVEN, "a temporary card is given once", "临时居民身份证只发放一次")          \
    X(TEMPORARY_NOT_ALLOWED, "no temporary card is given for this application",                    \
      "该申请不能发放临时居民身份证")                                                              \
    X(SECOND_SCRIPT_NOT_MADE, "cards with a second script are not made there",                     \
      "制证单位不能制作双语文字的居民身份证")                                                      \
    X(COLLECTION_OPEN, "the time to collect the card is not over yet", "领证期限尚未届满")         \
    X(REFUND_NOT_DUE, "nothing is to be paid back", "没有应当退还的费用")                          \
    X(REFUND_PAID, "the fee was paid back already", "该费用已经退还")                              \
    X(COMPARATOR_MISSING, "no comparator is set up at this office", "本机关没有配置比对程序")      \
    X(COMPARATOR_FAILED, "the comparator did not say whether it is a match",                       \
      "比对程序没有给出结果")                                                                      \
    X(REFUSAL_INCOMPLETE, "a refusal needs at least one reason and a text",                        \
      "拒绝办理须写明至少一项理由和文字说明")                                                      \
    X(RETURN_INCOMPLETE, "a return says what is to be corrected, in words and by when",            \
      "退回补正须写明补正内容、说明和期限")                                                        \
    X(AMENDMENT_INVALID, "a correction does not change what the case is about",                    \
      "补正不得改变业务的申请对象")                                                                \
    X(CASE_UNKNOWN, "no such case at this office", "本机关没有该业务")                             \
    X(CASE_NUMBER_TAKEN, "a case of this number exists already", "该受理编号已存在")               \
    X(DRAFT_UNKNOWN, "no such draft at this office", "本机关没有该草稿")                           \
    X(DRAFTS_FULL, "no more drafts are kept; discard some", "草稿数量已达上限，请先删除一些")      \
    X(QUESTION_LIMIT, "too many questions for one day, or at once", "查询次数过多")                \
    X(WOULD_BE_REFUSED, "as things stand, the registry would refuse this application",             \
      "按目前核查情况，户籍地公安机关将不予办理")                                                  \
    X(REQUEST_KEY_TAKEN, "another application was made under this request key",                    \
      "该请求标识已用于另一件申请")                                                                \
    X(CARD_SERIAL_TAKEN, "a card of this serial exists already", "该证件序列号已存在")             \
    X(CARD_SERIAL_MISMATCH, "another card than the one this order made last",                      \
      "不是本制证任务最后制作的证件")                                                              \
    X(CARD_SERIAL_UNKNOWN, "no blank card of this serial was ever received",                       \
      "入库的空白证件中没有该序列号")                                                              \
    X(STOCK_USED_UP, "no blank card is left", "空白证件已用完")                                    \
    X(STOCK_INVALID, "the books of the blank cards do not allow this", "与空白证件账目不符")       \
    X(BATCH_UNKNOWN, "no such batch at this office, or the case is not in it",                     \
      "本机关没有该批次，或者该业务不在批次内")                                                    \
    X(BATCH_EMPTY, "nothing waits to be put into a batch", "没有等待编入批次的制证任务")           \
    X(PACKAGE_UNKNOWN, "no such package at this office", "本机关没有该包裹")                       \
    X(PACKAGE_TAKEN, "a package goes to one office, and is closed once it was opened there",       \
      "一个包裹只发往一个机关，拆封后不得再装入")                                                  \
    X(COUNTERPART_LISTED, "the office that the case waits for is listed and not revoked",          \
      "业务所等待的机关仍在名录中且未被撤销")                                                      \
    X(NOTHING_TO_NOTE, "nothing calls for attention in this case", "该业务没有需要处理的提示")     \
    X(REVISIONS_EXHAUSTED, "an application is corrected at most 100 times",                        \
      "一件申请最多补正一百次")                                                                    \
    X(TEMPORARY_CARD_NOT_OUT, "no temporary card of this application is still out",                \
      "该业务没有尚未交回的临时居民身份证")                                                        \
    X(COMMAND_UNKNOWN, "this office does not do that", "本机关不办理此项操作")                     \
    X(STATE_UNKNOWN, "no such state at this office", "本机关没有该状态")                           \
    X(OPERATOR_INVALID, "not a name under which somebody can act", "不是可以办理业务的操作员名称") \
    X(OPERATOR_MISSING, "who acts must be named", "必须写明操作员")                                \
    X(CSV_INVALID, "the file is not the CSV that is asked for", "不是所要求的 CSV 文件")           \
    X(NOT_IN_JURISDICTION, "the division belongs to another registry",                             \
      "该行政区划属于其他户籍地公安机关管辖")                                                      \
    X(REGISTRY_UNLISTED, "no trusted registry has jurisdiction over that division",                \
      "没有可信的户籍地公安机关管辖该行政区划")                                                    \
    X(PRODUCTION_UNLISTED, "no trusted production office serves that area",                        \
      "没有可信的制证中心服务该地区")                                                              \
    X(ROLE_MISMATCH, "an office of that role may not send this", "该类机关不得发送此消息")         \
    X(WRONG_OFFICE, "the case belongs to other offices", "该业务属于其他机关")                     \
    X(AUTHORITY_INVALID, "the original application inside does not prove the right to order",      \
      "所附原始申请不能证明有权下达制证任务")                                                      \
    X(OFFICE_UNKNOWN, "not in the directory", "机关名录中没有该机关")                              \
    X(OFFICE_REVOKED, "no longer trusted", "该机关已不再可信")                                     \
    X(DIRECTORY_EXPIRED, "the directory is past its date", "机关名录已过期")                       \
    X(DIRECTORY_INVALID,                                                                           \
      "the directory is not signed by a trusted authority, or breaks its rules",                   \
      "机关名录未经可信机构签名，或者违反规则")                                                    \
    X(POLICY_INVALID, "the policy is not signed by a trusted authority, or breaks its rules",      \
      "政策未经可信机构签名，或者违反规则")                                                        \
    X(POLICY_FORBIDS, "the policy that judges this case does not have that",                       \
      "适用于本业务的政策不允许")                                                                  \
    X(POLICY_UNKNOWN, "the policy that judges this case has not come yet",                         \
      "适用于本业务的政策尚未收到")                                                                \
    X(CERTIFICATE_INVALID,                                                                         \
      "a certificate does not chain to the root, is out of date, or is revoked",                   \
      "证书不能追溯到根证书、不在有效期内或者已被吊销")                                            \
    X(PROTOCOL_UNSUPPORTED, "no common protocol version", "没有共同支持的协议版本")                \
    X(OFFICE_RECOVERING, "the office is bringing back its lost past; try again",                   \
      "该机关正在恢复丢失的记录，请稍后重试")                                                      \
    X(OFFICE_STARTING, "the office asks its peers first whether it is up to date; try again",      \
      "该机关正在向其他机关核对记录，请稍后重试")                                                  \
    X(EPOCH_UNPROVED, "a new journal epoch must name the last head that was seen",                 \
      "日志新纪元必须写明已被见证的最后日志头")                                                    \
    X(OFFICE_HALTED, "the office takes no work until an administrator has looked",                 \
      "该机关暂停办理业务，待管理员查看")                                                          \
    X(JOURNAL_REWRITTEN, "two heads that this office signed contradict each other",                \
      "该机关签名的两个日志头相互矛盾")                                                            \
    X(STORE_FULL, "the store is full; nothing was accepted", "存储已满，未受理任何内容")           \
    X(DISK_RESERVE, "what is left of the disk is kept for accepted cases",                         \
      "磁盘剩余空间留给已受理的业务")                                                              \
    X(STORE_NEARLY_FULL, "what is left of the store is kept for accepted cases",                   \
      "存储剩余空间留给已受理的业务")                                                              \
    X(PEER_BACKLOG, "too many messages wait for the office that would have to act",                \
      "等待该办理机关的消息过多")                                                                  \
    X(STORE_DAMAGED, "a stored row cannot be read; nothing was changed",                           \
      "存储的记录无法读取，未作任何改动")                                                          \
    X(STORE_FOREIGN, "the store or backup is another office's", "该存储或者备份属于其他机关")      \
    X(STORE_FORMAT, "the store is of a format that this program does not know",                    \
      "本程序不识别该存储的格式")                                                                  \
    X(DISK_FULL, "no room is left on the disk; nothing half-written stays",                        \
      "磁盘空间不足，没有留下写了一半的内容")                                                      \
    X(NUMBERS_EXHAUSTED, "no case numbers are left for today", "当日受理编号已用完")               \
    X(OPTION_UNKNOWN, "no such option", "没有该选项")                                              \
    X(OPTION_INVALID, "the option's value breaks its rule", "选项的值不符合规则")                  \
    X(FILE_UNREADABLE, "a file is missing or cannot be read", "文件不存在或者无法读取")            \
    X(FILE_EXISTS, "there is such a file already; it is not overwritten",                          \
      "同名文件已存在，不予覆盖")                                                                  \
    X(KEY_INVALID, "a key file does not hold the right key", "密钥文件中的密钥不正确")             \
    X(NOT_RUNNING, "no daemon listens there", "该处没有运行中的服务程序")                          \
    X(TIMED_OUT, "no answer in time", "未在时限内得到答复")                                        \
    X(PATH_UNKNOWN, "nothing is kept under this path", "没有该页面或者接口")                       \
    X(METHOD_NOT_ALLOWED, "this path does not take that method", "该路径不接受此请求方法")         \
    X(LENGTH_MISSING, "a request says beforehand how long its body is", "请求必须写明正文长度")    \
    X(BODY_TOO_LARGE, "the body of the request is too large", "请求正文过大")                      \
    X(HEADER_TOO_LARGE, "the header of the request is too large", "请求头过大")                    \
    X(CONSOLE_BUSY, "too much is being asked at once; try again", "同时请求过多，请稍后重试")      \
    X(CONSOLE_STOPPING, "the office's daemon is being stopped", "服务程序正在停止")                \
    X(SESSION_MISSING, "log in first", "请先登录")                                                 \
    X(FOREIGN_PAGE, "the request does not come from a page of this office",                        \
      "请求不是来自本机关的页面")                                                                  \
    X(NOT_PERMITTED, "this operator may not do that", "该操作员无权办理此项操作")                  \
    X(OPERATOR_UNKNOWN, "no such operator at this office", "本机关没有该操作员")                   \
    X(OPERATOR_TAKEN, "there is an operator of this name already", "已有同名操作员")               \
    X(OPERATOR_ROLES_INVALID, "an operator holds one or more of the roles", "操作员角色不正确")    \
    X(PASSWORD_INVALID, "this password cannot be chosen", "不能使用该口令")                        \
    X(LOGIN_FAILED, "name or password is not right", "用户名或者口令不正确")                       \
    X(LOGIN_LOCKED, "too many failed; wait before the next attempt",                               \
      "登录失败次数过多，请稍后再试")                                                              \
    X(STATUS_UNKNOWN, "no receipt has this number and this code",                                  \
      "没有与该编号和查询码相符的回执，请核对后重新输入")                                          \
    X(ASKED_TOO_OFTEN, "asked too often; wait before the next question", "查询过于频繁，请稍后再试")

enum refusal_code {
    REFUSAL_NONE = 0,
#define X(name, english, chinese) REFUSAL_##name,
    REFUSAL_CODES(X)
#undef X
        REFUSAL_CODE_COUNT
};

enum { REFUSAL_FIELD_BYTES = 97, REFUSAL_RULE_BYTES = 241 };

struct refusal {
    enum refusal_code code;
    char field[REFUSAL_FIELD_BYTES]; /* path as in proto/, such as form.person.name; may be empty */
    char rule[REFUSAL_RULE_BYTES];   /* the rule that was broken, in words; never personal data */
};

/* Fill in a refusal and answer ERR_REFUSED, so that a check reads `return refuse(...)`.
 *
 * ret_refusal  out; may be NULL when the caller does not want to know why.
 * rule         printf format, cut at REFUSAL_RULE_BYTES. */
enum result refuse(struct refusal *ret_refusal, enum refusal_code code, const char *field,
                   const char *rule, ...) __attribute__((format(printf, 4, 5)));

/* The stable name of a code, such as "FEE_MISMATCH". */
const char *refusal_name(enum refusal_code code);

/* The one-sentence meaning of a code, in English and in Chinese. */
const char *refusal_meaning(enum refusal_code code);
const char *refusal_meaning_chinese(enum refusal_code code);

/* The code of a name; REFUSAL_NONE when unknown. */
enum refusal_code refusal_find(const char *name);

#endif
