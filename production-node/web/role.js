// SPDX-License-Identifier: Apache-2.0
// role - what makers and checkers of a card centre can do.
import { batchesPage } from './batches.js';
import { stockPage } from './stock.js';
import { word } from './words.js';

const acts = [
  { name: 'make', verb: 'MAKE', key: 'm', first: true, bulk: true, states: ['ordered'], duties: ['maker'] },
  { name: 'check-good', verb: 'CHECK_CARD', key: 'g', first: true, bulk: true, states: ['made'], duties: ['checker'], fields: [
    () => ({ name: 'by', label: word('case.check_by'), options: [['CHECK_BOTH', word('check.both')], ['BY_EYE', word('check.eye')], ['BY_READER', word('check.reader')]] })] },
  { name: 'check-bad', verb: 'CHECK_CARD', danger: true, states: ['made'], duties: ['checker'], fixed: { defective: true }, fields: [
    () => ({ name: 'text', label: word('case.wrong'), rows: 2, required: true, maxlength: '240' })] },
  { name: 'dispatch', verb: 'DISPATCH', key: 'd', first: true, bulk: true, states: ['verified'], duties: ['maker', 'checker'], fields: [
    () => ({ name: 'package', label: word('case.package'), maxlength: '40' })] },
  { name: 'trace', verb: 'TRACE_CARD', states: ['missing'], duties: ['checker'], fields: [
    () => ({ name: 'found', label: word('case.card_found'), type: 'checkbox' }),
    () => ({ name: 'text', label: word('reason'), rows: 2, maxlength: '240' })] },
];

export const role = {
  navigation: [{ page: 'batches' }, { page: 'package' }, { page: 'stock' }],
  pages: { batches: batchesPage, stock: stockPage },
  openStates: ['ordered', 'made', 'verified', 'dispatched', 'delivered', 'missing'],
  actions: ({ state }) => acts.filter(({ states }) => states.includes(state)),
};
