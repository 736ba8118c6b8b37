// SPDX-License-Identifier: Apache-2.0
// eligibility - what the registry said before the fee was taken, in plain words. It stops nothing: the examination decides.
import { h } from './dom.js';
import { finding } from './rules.js';
import { named, time, word } from './words.js';

export const failed = (told) => Boolean(told.would_be_refused);

function standing(told) {
  if (told.outcome === 'ELIGIBILITY_DECLINED') return ['warning', `${word('eligibility.declined')} ${named('code', told.code)}`];
  if (told.outcome === 'ELIGIBILITY_NO_ANSWER') return ['warning', word('eligibility.unreachable')];
  if (told.outcome === 'ELIGIBILITY_NOT_ASKED') return ['warning', word('eligibility.known')];
  if (told.outcome !== 'ELIGIBILITY_ANSWERED') return ['warning', word('eligibility.forgotten')];
  if (failed(told)) return ['severe', word('eligibility.refused')];
  return told.findings?.length ? ['warning', word('eligibility.doubts')] : ['good', word('eligibility.good')];
}

export function sayEligibility(told) {
  const [severity, words] = standing(told);
  const findings = [...(told.findings ?? [])].sort((a, b) => finding(b).fails - finding(a).fails);
  const line = (text, bad) => h(bad ? 'li.late' : 'li', text);
  return h(`div.eligibility.${severity}`, h('p', h('span.dot'), h('b', words)),
    h('ul', told.open_at && line(word('eligibility.open_at', { office: told.open_at }), true), findings.map((name) => line(named('finding', name), finding(name).fails)),
      told.belongs_to && line(word('eligibility.belongs_to', { office: told.belongs_to }))),
    h('small', [told.fingerprints_on_file && word('eligibility.fingerprints'), Number(told.told_ms) && time(told.told_ms)].filter(Boolean).join(' · ')));
}
