// SPDX-License-Identifier: Apache-2.0
// trace - a case's whole way across the offices: one line for each step, in the order of time, the office said where it changes; and
// the proofs of it, verified by this office and taken along as files that anybody can verify (yidictl verify).
import { call } from './api.js';
import { unbase64 } from './base64.js';
import { h, replace } from './dom.js';
import { save } from './download.js';
import { ask, field } from './fields.js';
import { officeName } from './offices.js';
import { sentence } from './sentences.js';
import { table } from './table.js';
import { moment, named, number, time, word } from './words.js';

// Each office's hops stay in its own order, whatever its clock did; among the offices the earlier one comes first.
function inOrder(hops) {
  const queues = [...new Set(hops.map(({ office }) => office))].map((office) => hops.filter((hop) => hop.office === office));
  return hops.map(() => queues.filter(([head]) => head).reduce((a, b) => (Number(b[0].time_ms) < Number(a[0].time_ms) ? b : a)).shift());
}

export function timeline(hops) {
  let office = '';
  let day = '';
  return h('ol.timeline', inOrder(hops).map((hop) => {
    const first = hop.office !== office;
    const [date, clock] = moment(hop.time_ms);
    const newDay = date !== day;
    office = hop.office;
    day = date;
    const from = Number(hop.sequence) && hop.peer ? word('trace.message', { office: officeName(hop.peer), n: number(hop.sequence) }) : '';
    return h(first ? 'li.office' : 'li',
      first && h('b', officeName(hop.office)), newDay && h('span.day', date),
      h('time', clock), h('span.step', named('step', hop.step), hop.operator && h('span.by', hop.operator)), h('small', from),
      h('small.mono', { title: word('trace.entry', { n: number(hop.leaf_index), office: hop.office }) }, `#${hop.leaf_index ?? 0}`));
  }));
}

// The section with the proofs of a case, asked for with a reason, as it is written into the journal.
export function proofs(caseNumber) {
  const shown = h('div');
  const open = () => ask({
    title: word('proof.ask'), lead: word('proof.lead'), confirm: word('proof.go'),
    fields: [field({ name: 'reason', label: word('reason'), required: true, maxlength: '200' })],
    act: async ({ reason }) => replace(shown, sayProofs(await call('export', { case_number: caseNumber, reason }))),
  });
  return h('section.card', h('div.head', h('div', h('h2', word('proof.title')), h('p.hint', word('proof.about'))), h('button', { type: 'button', onclick: open }, word('proof.ask'))), shown);
}

function sayProofs({ names = [], proofs: found = [], attachments = [], truncated }) {
  const files = names.map((name, i) => ({ ...found[i], name, take: () => save(name, new Blob([unbase64(attachments[i])])) }));
  const bad = files.filter(({ trouble, revoked }) => trouble || revoked).length;
  return [
    h(bad ? 'p.alarm.severe' : 'p.calm', h('span.dot'), word(bad ? 'proof.bad' : 'proof.good', { n: number(bad || files.length) })),
    truncated && h('p.hint', word('proof.truncated')),
    h('div.scroll', table([
      { label: word('proof.what'), cell: (each) => [each.trouble ? h('em.late', sentence(each.trouble) || word('proof.wrong')) : named('message', each.what), each.revoked && h('em.late', word('proof.revoked'))] },
      { label: word('proof.signer'), cell: ({ office, office_name: name }) => [name || office, h('small.mono', office)] },
      { label: word('proof.to'), cell: ({ peer, sequence }) => peer && [officeName(peer), h('small', word('proof.sequence', { n: number(sequence) }))] },
      { label: word('stock.time'), cell: ({ time_ms: ms, operator }) => [time(ms), operator && h('small', operator)] },
      { label: word('proof.entry'), number: true, cell: ({ leaf_index: leaf, tree_size: size, epoch, leaf_hash: hash }) => h('span', { title: hash }, word('proof.place', { n: number(leaf), size: number(size) }),
        epoch > 1 && h('small', word('witness.epoch', { n: epoch }))) },
      { label: word('proof.head'), cell: ({ head_time_ms: ms }) => time(ms) },
      { label: '', cell: ({ take, name }) => h('button', { type: 'button', title: name, onclick: take }, word('proof.file')) },
    ], files, { rowClass: ({ trouble, revoked }) => (trouble || revoked ? 'late' : '') })),
    h('p.hint', word('proof.hint'), ' ', h('code', 'yidictl verify')),
  ];
}
