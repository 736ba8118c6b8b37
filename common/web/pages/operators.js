// SPDX-License-Identifier: Apache-2.0
// operators - who may work here, and as what. A password is never sent to be set: it is chosen at the office's own machine.
import { call } from '../api.js';
import { h, replace } from '../dom.js';
import { ask, field, tell } from '../fields.js';
import { rolesAt } from '../rules.js';
import { table } from '../table.js';
import { named, time, word } from '../words.js';

export async function operatorsPage({ body, may, who, reload }) {
  const { operators = [] } = await call('operator_list');
  const mayChange = may('operator_change');
  const rolesField = (value) => field({ name: 'roles', label: word('operators.roles'), many: true, value, hint: word('operators.roles.hint'),
    options: rolesAt(who.office.role).map((role) => [role, named('role', role)]) });
  const change = (verb, name, fields, lead) => ask({
    title: word(`operators.${verb}`), lead: lead ?? name, fields, danger: verb === 'OPERATOR_DISABLE',
    act: async (values) => {
      await call('operator_change', { verb, name, ...values });
      tell(word('operators.done', { name: name ?? values.name }));
      reload();
    },
  });
  const add = () => change('OPERATOR_ADD', undefined, [field({ name: 'name', label: word('operators.name'), required: true, maxlength: '32', autocapitalize: 'none', spellcheck: false }), rolesField([])],
    word('operators.add.lead'));
  const buttons = ({ name, disabled, locked_until_ms: locked, roles: held = [] }) => h('div.buttons',
    h('button', { type: 'button', onclick: () => change('OPERATOR_ROLES', name, [rolesField(held)]) }, word('operators.OPERATOR_ROLES')),
    disabled || Number(locked) ? h('button', { type: 'button', onclick: () => change('OPERATOR_ENABLE', name, []) }, word(disabled ? 'operators.OPERATOR_ENABLE' : 'operators.unlock'))
      : h('button.danger', { type: 'button', onclick: () => change('OPERATOR_DISABLE', name, []) }, word('operators.OPERATOR_DISABLE')));
  replace(body, h('div.head', h('h1', word('page.operators')), mayChange && h('button.primary', { type: 'button', onclick: add }, word('operators.OPERATOR_ADD'))),
    h('div.scroll', table([
      { label: word('operators.name'), cell: ({ name }) => h('b', name) },
      { label: word('operators.roles'), cell: ({ roles: held = [] }) => held.map((role) => h('span.flag', named('role', role))) },
      { label: word('operators.last'), cell: ({ last_login_ms: ms }) => (Number(ms) ? time(ms) : word('operators.never')) },
      { label: word('operators.standing'), cell: standing },
      ...(mayChange ? [{ label: '', cell: buttons }] : []),
    ], operators)),
    h('p.hint', word('operators.hint'), ' ', h('code', 'yidictl operator password')));
}

function standing({ disabled, locked_until_ms: locked, no_password: none }) {
  if (disabled) return h('em.late', word('operators.disabled'));
  if (Number(locked)) return h('em.soon', word('operators.locked', { time: time(locked) }));
  return none ? h('em.soon', word('operators.no_password')) : word('operators.active');
}
