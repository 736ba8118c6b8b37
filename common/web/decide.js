// SPDX-License-Identifier: Apache-2.0
// decide - an act of a role (role.js: { name, verb, states, key, first, danger, bulk, fields, fixed, request, open }) asked for and
// carried out on one or many cases; and which acts there are for a case and whoever sits here.
import { call } from './api.js';
import { ask, field, withRule } from './fields.js';
import { isForeign } from './lease.js';
import { inGroups } from './numbers.js';
import { isGone } from './offices.js';
import { named, word } from './words.js';

const reasonField = () => ({ name: 'text', label: word('reason'), rows: 3, required: true, maxlength: '600' });

// Wherever a case is stuck.
const note = { name: 'note', verb: 'NOTE', key: 'v', bulk: true, fields: [reasonField] };
const abandon = { name: 'abandon', verb: 'ABANDON', danger: true, fields: [reasonField] };

const offices = ({ acceptance_office: window, registry_office: registry, production_office: centre }) => [window, registry, centre];

// The acts that this case takes now and that the operator may do: none while somebody else has it in hand. shown: { state, lease,
// case_row } or, in a list, { state, lease, row }.
export function actsOn({ role, may, who }, shown) {
  const row = shown.case_row ?? shown.row ?? {};
  if (isForeign(shown.lease, who)) return [];
  const acts = [...role.actions(shown), row.attention && note, offices(row).some(isGone) && abandon];
  return acts.filter((act) => act && may(...(act.duties ?? [`decide.${act.verb.toLowerCase().replaceAll('_', '-')}`])));
}

// The results, one for each case; undefined when the operator thought better of it.
export async function decide(act, numbers, shown) {
  const fields = (act.fields ?? []).map((each) => each(shown)).filter(Boolean).map((each) => (each.nodeType ? each : field(each)));
  return ask({
    title: word(`act.${act.name}`),
    lead: numbers.length === 1 ? inGroups(numbers[0]) : word('cases.chosen', { n: numbers.length }),
    fields, danger: act.danger,
    act: async (values) => {
      const request = act.request ? act.request(values) : values;
      const { results } = await call('decide', { verb: act.verb, case_numbers: numbers, ...act.fixed, ...request });
      if (numbers.length === 1 && results[0].refusal) throw refused(results[0].refusal);
      return results;
    },
  });
}

// A refusal that came with a result, in the words of its code.
export const refusalText = ({ code, rule }) => withRule(named('code', code), rule);

export function refused({ code, field: path, rule }) {
  const text = named('code', code);
  return Object.assign(new Error(text), { code, field: path, rule, words: { zh: text, en: text } });
}
