// SPDX-License-Identifier: Apache-2.0
// operators - who may work here, and as what.
import { call } from '../api.js';
import { h, replace } from '../dom.js';
import { table } from '../table.js';
import { named, time, word } from '../words.js';

export async function operatorsPage({ body }) {
  const { operators = [] } = await call('operator_list');
  replace(body, h('div.head', h('h1', word('page.operators'))), h('section.card', table([
    { label: word('operators.name'), cell: ({ name }) => h('b', name) },
    { label: word('operators.roles'), cell: ({ roles = [] }) => roles.map((role) => h('span.flag', named('role', role))) },
    { label: word('operators.last'), cell: ({ last_login_ms: ms }) => time(ms) },
    { label: word('operators.standing'), cell: ({ disabled }) => (disabled ? h('em.late', word('operators.disabled')) : word('operators.active')) },
  ], operators)), h('p.hint', word('operators.hint')));
}
