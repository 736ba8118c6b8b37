// SPDX-License-Identifier: Apache-2.0
// acts - what the window does with one application, or many: in which states, by whom, and what it asks for (decide.js).
import { issueTemporary, returnTemporary } from './temporary.js';
import { word } from './words.js';

const counter = ['clerk', 'supervisor'];
const why = (label = 'reason', required = true, maxlength = '80') => () => ({ name: 'text', label: word(label), rows: 2, required, maxlength });
const open = (address) => (number) => { location.hash = address(number); };
const temporary = ({ case_row: row }) => row?.collection?.temporary_card;
const ended = ['refused', 'withdrawn', 'abandoned'];

// `when(shown)` narrows what the state allows: a case as it is shown, or { state, row } of a list.
export const acts = [
  { name: 'amend', key: 'b', first: true, states: ['returned'], duties: counter, open: open((number) => `#/amend/${number}`), when: ({ case_row: row }) => row },
  { name: 'receive', verb: 'RECEIVE', key: 'a', first: true, bulk: true, states: ['in-transit'], duties: counter },
  { name: 'miss', verb: 'MISS', bulk: true, states: ['in-transit', 'abandoned'], duties: counter, fields: [why()], when: ({ state, case_row: shown }) => state === 'in-transit' || shown?.card_serial },
  { name: 'collect', key: 'c', first: true, states: ['ready'], duties: counter, open: open((number) => `#/collect/${number}`), when: ({ case_row: row }) => row },
  { name: 'temporary', key: 't', states: ['in-production', 'in-transit'], duties: counter, open: issueTemporary, when: (shown) => shown.case_row && !temporary(shown) },
  { name: 'temporary-back', states: ['submitted', 'returned', 'in-production', 'in-transit', 'collected', 'withdrawing', 'destroyed', ...ended], duties: counter, open: (number) => returnTemporary(number),
    when: (shown) => temporary(shown) && (temporary(shown).end ?? 'STILL_OUT') === 'STILL_OUT' },
  { name: 'print-receipt', key: 'p', states: ['submitted', 'returned', 'in-production', 'in-transit', 'ready', 'withdrawing'], duties: counter, open: open((number) => `#/print/receipt/${number}`), when: ({ case_row: row }) => row },
  { name: 'print-notice', key: 'n', states: ['returned', 'refused', 'abandoned'], duties: counter, open: open((number) => `#/print/notice/${number}`),
    when: ({ state, case_row: row }) => row && (state === 'abandoned' || row.returned || row.refusal) },
  { name: 'print-form', states: ['submitted', 'returned', 'in-production', 'in-transit', 'ready', 'withdrawing', 'collected'], duties: counter, open: open((number) => `#/print/form/${number}`),
    when: ({ case_row: row }) => row },
  { name: 'destroy-old', verb: 'DESTROY_OLD', states: ['collected'], duties: counter, when: ({ case_row: row }) => row?.form?.kind === 'REPLACEMENT' && !row.note?.card_serial, fields: [
    () => ({ name: 'card_serial', label: word('destroy_old.serial'), required: true, maxlength: '40', class: 'mono' }), why('destroy_old.text')] },
  { name: 'receive-bad', verb: 'RECEIVE', danger: true, states: ['in-transit', 'ready', 'collected'], duties: counter, fixed: { defective: true }, fields: [why('case.wrong')] },
  { name: 'withdraw', verb: 'WITHDRAW', danger: true, states: ['submitted', 'returned', 'in-production'], duties: counter, fields: [why()] },
  { name: 'destroy', verb: 'DESTROY', danger: true, bulk: true, states: ['ready', 'abandoned'], duties: ['supervisor'], fields: [why()],
    when: ({ state, overdue, case_row: shown, row }) => (state === 'ready' ? overdue || row?.overdue : shown?.card_serial) },
];

export const actions = (shown) => acts.filter(({ states, when }) => (!states || states.includes(shown.state)) && (!when || when(shown)));
