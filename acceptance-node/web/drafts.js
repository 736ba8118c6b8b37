// SPDX-License-Identifier: Apache-2.0
// drafts - forms that wait until the applicant has brought what is missing: taken up again, or discarded.
import { call } from './api.js';
import { h, replace } from './dom.js';
import { ask, problemText, tell } from './fields.js';
import { table } from './table.js';
import { named, time, word } from './words.js';

export async function draftsPage({ body, reload }) {
  const { drafts = [] } = await call('draft_list');
  const discard = (name) => ask({ title: word('drafts.discard'), lead: name, danger: true, act: async () => {
    await call('draft_discard', { name });
    tell(word('drafts.discarded', { draft: name }));
    reload();
  } });
  replace(body, h('div.head', h('h1', word('page.drafts')), h('a.button.primary', { href: '#/apply' }, word('drafts.new'))), h('div.scroll', table([
    { label: word('drafts.name'), cell: ({ name }) => h('a.mono', { href: `#/apply/${name}` }, name) },
    { label: word('cases.applicant'), cell: ({ form }) => [form?.person?.name || '–', h('small.mono', form?.person?.citizen_number)] },
    { label: word('cases.kind'), cell: ({ form }) => (form?.kind ? named('kind', form.kind) : '–') },
    { label: word('who'), cell: ({ operator }) => operator },
    { label: word('drafts.saved'), cell: ({ saved_ms: ms }) => time(ms) },
    { label: word('drafts.expires'), cell: ({ expires_ms: ms }) => time(ms) },
    { label: '', cell: ({ name }) => h('div.buttons', h('button', { type: 'button', onclick: () => discard(name).catch((problem) => tell(problemText(problem), 'bad')) }, word('drafts.discard')),
      h('a.button', { href: `#/apply/${name}` }, word('drafts.take'))) },
  ], drafts, { none: word('drafts.none') })));
}
