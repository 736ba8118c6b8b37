// SPDX-License-Identifier: Apache-2.0
// table - rows under headed columns: columns are [{ label, cell(row), number }].
import { h } from './dom.js';

export function table(columns, rows, { rowClass = () => '', none } = {}) {
  if (!rows.length && none) return h('p.none', none);
  return h('table', h('thead', h('tr', columns.map(({ label, number }) => h(number ? 'th.number' : 'th', { scope: 'col' }, label)))),
    h('tbody', rows.map((row) => h('tr', { class: rowClass(row) }, columns.map(({ cell, number }) => h(number ? 'td.number' : 'td', cell(row)))))));
}
