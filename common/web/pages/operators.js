// SPDX-License-Identifier: Apache-2.0
// operators - who may work here, and as what.
import { call } from '../api.js';
import { h, replace } from '../dom.js';
import { named, time, word } from '../words.js';

export async function operatorsPage({ body }) {
  const { operators = [] } = await call('operator_list');
  replace(body, h('div.head', h('h1', word('page.operators'))), h('section.card', h('table',
    h('thead', h('tr', ['name', 'roles', 'last', 'standing'].map((name) => h('th', { scope: 'col' }, word(`operators.${name}`))))),
    h('tbody', operators.map((each) => h('tr', h('td', h('b', each.name)), h('td', (each.roles ?? []).map((role) => h('span.flag', named('role', role)))),
      h('td', time(each.last_login_ms)), h('td', each.disabled ? h('em.late', word('operators.disabled')) : word('operators.active'))))))),
  h('p.hint', word('operators.hint')));
}
