// SPDX-License-Identifier: Apache-2.0
// decide - an act of a role (role.js: { name, verb, fields, fixed, request, danger, bulk }) asked for and carried out on one or many cases.
import { call } from './api.js';
import { ask, field } from './fields.js';
import { language, named, word } from './words.js';

// The results, one for each case; undefined when the operator thought better of it.
export async function decide(act, numbers) {
  const fields = (act.fields ?? []).map((each) => field({ ...(typeof each === 'function' ? each() : each) }));
  return ask({
    title: word(`act.${act.name}`),
    lead: numbers.length === 1 ? numbers[0] : word('cases.chosen', { n: numbers.length }),
    fields, danger: act.danger,
    act: async (values) => {
      const request = act.request ? act.request(values) : values;
      const { results } = await call('decide', { verb: act.verb, case_numbers: numbers, ...act.fixed, ...request });
      if (numbers.length === 1 && results[0].refusal) throw refused(results[0].refusal);
      return results;
    },
  });
}

// The refusal of one case as a problem (api.js).
export function refused({ code, field: path, rule }) {
  return Object.assign(new Error(rule), { code, field: path, rule, words: { [language]: named('code', code) } });
}
