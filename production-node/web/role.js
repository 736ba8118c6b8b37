// SPDX-License-Identifier: Apache-2.0
// role - what makers, checkers and the stock's clerks can do at a card centre. Each card is checked twice, by eye and by reader, and
// by nobody who made it.
import { batchesPage } from './batches.js';
import { stockPage } from './stock.js';
import { word } from './words.js';

const wrongField = () => ({ name: 'text', label: word('case.wrong'), rows: 2, required: true, maxlength: '240' });
const packageField = () => ({ name: 'package', label: word('case.package'), maxlength: '40' });

const acts = [
  { name: 'make', verb: 'MAKE', key: 'm', first: true, bulk: true, states: ['ordered'], fields: [
    (shown) => shown && { name: 'card_serial', label: word('case.card_serial'), maxlength: '40', hint: word('case.card_serial.hint') }] },
  { name: 'check-eye', verb: 'CHECK_CARD', key: 'e', first: true, bulk: true, states: ['made'], fixed: { by: 'BY_EYE' }, unless: ({ checked_by_eye: done }) => done },
  { name: 'check-reader', verb: 'CHECK_CARD', key: 'r', first: true, bulk: true, states: ['made'], fixed: { by: 'BY_READER' }, unless: ({ checked_by_reader: done }) => done },
  { name: 'check-bad-eye', verb: 'CHECK_CARD', danger: true, states: ['made'], fixed: { defective: true, by: 'BY_EYE' }, fields: [wrongField] },
  { name: 'check-bad-reader', verb: 'CHECK_CARD', danger: true, states: ['made'], fixed: { defective: true, by: 'BY_READER' }, fields: [wrongField] },
  { name: 'dispatch', verb: 'DISPATCH', key: 'd', first: true, bulk: true, states: ['verified'], fields: [packageField] },
  { name: 'found', verb: 'TRACE_CARD', key: 'f', states: ['missing'], fixed: { found: true } },
  { name: 'lost', verb: 'TRACE_CARD', danger: true, states: ['missing'], fixed: { found: false }, fields: [() => ({ name: 'text', label: word('reason'), rows: 2, required: true, maxlength: '240' })] },
];

export const role = {
  navigation: [{ page: 'batches', duties: ['batch_query'] }, { page: 'package', label: 'page.packages', duties: ['package_query'] }, { page: 'stock', duties: ['stock_query'] }],
  pages: { batches: batchesPage, stock: stockPage },
  actions: ({ state, case_row: row = {} }) => acts.filter(({ states, unless }) => states.includes(state) && !unless?.(row)),
};
