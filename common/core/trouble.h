/* SPDX-License-Identifier: Apache-2.0
 *
 * trouble - what is wrong with another office, or with this one: a code with what goes into its
 * sentence, which is put into words, English or Chinese, only where somebody reads it.
 *
 * Codes are stable: scripts read them. Add, never rename. After a change `make docs` writes
 * deploy/CODES.md anew.
 */
#ifndef CORE_TROUBLE_H
#define CORE_TROUBLE_H

#include <stdint.h>

#include "common/core/arena.h"

/* In a sentence {1} and {2} are the numbers, {a} and {b} the texts, {code} the refusal whose name
 * is the first text, {why} the sentence of another code. */
#define TROUBLE_CODES(X)                                                                           \
    /* a stream */                                                                                 \
    X(PEER_UNTRUSTED, "no longer trusted by the directory", "机关名录不再信任该机关")              \
    X(PEER_REFUSES, "refused by the peer: {code}", "被该机关拒绝：{code}")                         \
    X(PEER_STALLED, "the peer answers, but does not take message {1}; look at its log",            \
      "该机关有应答，但不接收第 {1} 条消息，请查看其日志")                                         \
    X(PEER_AMNESIA,                                                                                \
      "the peer lost messages that it had acknowledged; they are sent again from {1}",             \
      "该机关丢失了已确认收到的消息，正从第 {1} 条起重发")                                         \
    X(STREAM_FORKED, "it holds messages that are not ours: it lies, or this office lost its past", \
      "该机关持有并非本机关发出的消息：其记录不实，或者本机关丢失了记录")                          \
    X(MESSAGE_SET_ASIDE, "message {1} from it meets damaged rows here and is not taken",           \
      "来自该机关的第 {1} 条消息涉及本机关已损坏的记录，未予接收")                                 \
    X(MESSAGE_UNREADABLE, "message {1} cannot be read from the store",                             \
      "待发的第 {1} 条消息无法从存储中读出")                                                       \
    X(MESSAGE_ERASED,                                                                              \
      "asks again for message {1}, of which photo or text is erased: it must recover its past",    \
      "再次索取第 {1} 条消息，其相片或者文字已删除：该机关须先恢复丢失的记录")                     \
    /* a journal */                                                                                \
    X(JOURNAL_REWRITTEN,                                                                           \
      "journal rewritten: head of size {1}, root {a}..., does not contain head of size {2}, "      \
      "root {b}...",                                                                               \
      "日志被改写：长度 {1} 的日志头（根 {a}…）不包含长度 {2} 的日志头（根 {b}…）")                \
    X(JOURNAL_UNPROVED,                                                                            \
      "did not prove that its journal only grew: {1} questions without an answer",                 \
      "未能证明其日志只增不改：已询问 {1} 次，均无答复")                                           \
    X(EPOCH_UNPROVED, "began epoch {1} of its journal without proof: {why}",                       \
      "启用日志第 {1} 纪元而无证明：{why}")                                                        \
    /* its share of a lost past */                                                                 \
    X(SHARE_AWAITED, "it does not answer, or does not let this office in; it is asked again",      \
      "该机关没有应答，或者不准本机关接入；将再次询问")                                            \
    X(SHARE_UNTRUSTED,                                                                             \
      "it is not trusted now: revoked, not listed, or its certificate is not good",                \
      "该机关目前不可信：已撤销、不在名录，或者证书无效")                                          \
    X(SHARE_LOST, "it has lost its own past; it is asked again when it has that back",             \
      "该机关自身的记录也已丢失；待其恢复后再询问")                                                \
    X(SHARE_REJECTED, "its share of the lost past is rejected: {why}",                             \
      "其交还的存底不予采信：{why}")                                                               \
    X(SHARE_REJECTED_TO, "its share of the lost past is rejected: message {1} to it: {why}",       \
      "其交还的存底不予采信：发往该机关的第 {1} 条消息，{why}")                                    \
    X(SHARE_REJECTED_FROM, "its share of the lost past is rejected: message {1} from it: {why}",   \
      "其交还的存底不予采信：来自该机关的第 {1} 条消息，{why}")                                    \
    /* why it is rejected, or proves nothing */                                                    \
    X(MESSAGE_MISSING, "it is missing", "缺失")                                                    \
    X(MESSAGE_FORGED, "it does not verify", "验证不通过")                                          \
    X(MESSAGE_FOREIGN, "another office signed it", "由其他机关签名")                               \
    X(MESSAGE_MISDIRECTED, "it was for another office", "是发给其他机关的")                        \
    X(MESSAGE_MISPLACED, "it is another one of the stream", "不是该序号的消息")                    \
    X(MESSAGE_INCOMPLETE, "attachments are missing", "附件缺失")                                   \
    X(MESSAGE_OVERFULL, "an erased message has no attachments", "已删除的消息不应带有附件")        \
    X(MESSAGE_ASTRAY, "it was about no case", "与任何业务无关")                                    \
    X(ATTACHMENT_FORGED, "an attachment is not what its digest names", "附件与摘要不符")           \
    X(ANSWERER_FOREIGN, "another office answers", "应答的是其他机关")                              \
    X(OUR_HEAD_FOREIGN, "the head that it shows of this journal is not signed by this office",     \
      "其出示的本机关日志头并非本机关签名")                                                        \
    X(ITS_HEAD_FOREIGN, "the head of its own journal is not signed by it",                         \
      "其自身的日志头并非该机关签名")                                                              \
    X(HEADS_TOO_MANY, "more heads of this journal are known than an epoch can name",               \
      "已知的本机关日志头超过一个纪元所能写明的数量")                                              \
    X(OFFICE_SET_BACK, "this office worked after it was set back; recover with an empty store",    \
      "本机关回退后又办理了业务；请以空存储恢复")                                                  \
    X(EPOCH_FOREIGN, "another office signed", "由其他机关签名")                                    \
    X(EPOCH_NOT_OPENED, "not the opening of that epoch", "不是该纪元的启用记录")                   \
    X(EPOCH_OLDER, "names no head as late as the one seen here",                                   \
      "没有写明不早于本机关所见的日志头")                                                          \
    X(EPOCH_FORGED, "not authentic", "不真实")                                                     \
    X(STORE_UNREADABLE, "the store cannot be read", "存储无法读取")                                \
    X(OUTBOX_UNREADABLE, "a row of the outbox cannot be read", "待发消息的记录无法读取")           \
    X(MEMORY_SHORT, "out of memory", "内存不足")                                                   \
    /* why this office takes no work */                                                            \
    X(AMNESIA,                                                                                     \
      "AMNESIA: {a} shows a head of ours that is not in this journal; recover before any work",    \
      "记录丢失：{a} 出示了本机关日志中没有的日志头；须先恢复记录再办理业务")                      \
    X(RESTORED, "restored from a backup; recover before any work: yidictl recover",                \
      "已从备份还原；须先恢复记录再办理业务（yidictl recover）")                                   \
    X(RECOVERING, "this office brings back its lost past; see yidictl recover",                    \
      "正在恢复丢失的记录（见 yidictl recover）")                                                  \
    /* why nothing, or something, is not erased though it is due */                                \
    X(ERASING_OUT_OF_SERVICE, "this office is out of service", "本机关暂停服务")                   \
    X(ERASING_RECOVERING, "this office brings back its past", "本机关正在恢复记录")                \
    X(ERASING_SHARE_MISSING, "an office has not handed back its share of a lost past",             \
      "有机关尚未交还丢失记录的存底")                                                              \
    X(ERASING_UNDELIVERED, "message {1} to office {a} is not delivered yet",                       \
      "发往机关 {a} 的第 {1} 条消息尚未送达")                                                      \
    X(ERASING_UNDELIVERED_WARNED,                                                                  \
      "message {1} to office {a} is not delivered yet; it is erased, too, when it is not by the "  \
      "end of {b}",                                                                                \
      "发往机关 {a} 的第 {1} 条消息尚未送达；至 {b} 仍未送达的，一并删除")

enum trouble_code {
    TROUBLE_NONE = 0,
#define X(name, english, chinese) TROUBLE_##name,
    TROUBLE_CODES(X)
#undef X
        TROUBLE_CODE_COUNT
};

enum { TROUBLE_TEXT_BYTES = 41, TROUBLE_WORDS_BYTES = 241 };

/* All zero: all is well. */
struct trouble {
    enum trouble_code code;
    enum trouble_code why;
    uint64_t numbers[2];
    char texts[2][TROUBLE_TEXT_BYTES];
};

/* The stable name of a code, such as "PEER_STALLED"; "" of TROUBLE_NONE. */
const char *trouble_name(enum trouble_code code);

/* Its sentence, with what is filled in still in braces. */
const char *trouble_english(enum trouble_code code);
const char *trouble_chinese(enum trouble_code code);

/* The whole sentence; "" when all is well. */
void trouble_say_english(const struct trouble *trouble, char ret_words[TROUBLE_WORDS_BYTES]);
void trouble_say_chinese(const struct trouble *trouble, char ret_words[TROUBLE_WORDS_BYTES]);

/* The same in the arena; NULL only when out of memory. */
char *trouble_in_english(const struct trouble *trouble, struct arena *arena);
char *trouble_in_chinese(const struct trouble *trouble, struct arena *arena);

#endif
