// SPDX-License-Identifier: Apache-2.0
// role - what clerks at the window can do.
import { applyPage } from './apply.js';
import { feesPage } from './fees.js';
import { word } from './words.js';

const acts = [
  { name: 'receive', verb: 'RECEIVE', key: 'a', first: true, bulk: true, states: ['in-transit'], duties: ['clerk'] },
  { name: 'receive-bad', verb: 'RECEIVE', danger: true, states: ['in-transit', 'ready', 'collected'], duties: ['clerk'], fixed: { defective: true }, fields: [
    () => ({ name: 'text', label: word('case.wrong'), rows: 2, required: true, maxlength: '240' })] },
  { name: 'miss', verb: 'MISS', states: ['in-transit'], duties: ['clerk'], fields: [() => ({ name: 'text', label: word('reason'), rows: 2, maxlength: '240' })] },
  { name: 'collect', verb: 'COLLECT', key: 'c', first: true, states: ['ready'], duties: ['clerk'], fields: [
    () => ({ name: 'identified_by', label: word('collect.identified_by'), options: ['FACE', 'FINGERPRINT', 'DOCUMENT'].map((each) => [each, word(`identified.${each}`)]) }),
    () => ({ name: 'receipt_code', label: word('collect.receipt_code'), maxlength: '200', hint: word('collect.receipt_code.hint') }),
    () => ({ name: 'old_card_surrendered', label: word('collect.old_card'), type: 'checkbox' })] },
  { name: 'withdraw', verb: 'WITHDRAW', danger: true, states: ['submitted', 'returned', 'in-production'], duties: ['clerk'], fields: [
    () => ({ name: 'text', label: word('reason'), rows: 2, required: true, maxlength: '600' })] },
  { name: 'destroy', verb: 'DESTROY', danger: true, states: ['ready'], duties: ['supervisor'], fields: [
    () => ({ name: 'text', label: word('reason'), rows: 2, required: true, maxlength: '240' })] },
];

export const role = {
  navigation: [{ page: 'apply', duties: ['clerk'] }, { page: 'package' }, { page: 'fees', duties: ['clerk', 'supervisor', 'auditor'] }],
  pages: { apply: applyPage, fees: feesPage },
  openStates: ['submitted', 'returned', 'in-production', 'in-transit', 'ready', 'withdrawing'],
  actions: ({ state }) => acts.filter(({ states }) => states.includes(state)),
};
