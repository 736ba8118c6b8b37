// SPDX-License-Identifier: Apache-2.0
// paper - papers of a case for the printer (#/print/receipt+form/CASE), as the office draws them. Printing is written into the journal.
import { call } from './api.js';
import { unbase64 } from './base64.js';
import { h, replace } from './dom.js';
import { problemText } from './fields.js';
import { inGroups } from './numbers.js';
import { word } from './words.js';

const papers = { receipt: 'PAPER_RECEIPT', form: 'PAPER_FORM', notice: 'PAPER_NOTICE' };

async function sheet(name, caseNumber, onLeave) {
  const { attachments = [] } = await call('print', { case_number: caseNumber, paper: papers[name], reason: 'printed for the applicant' });
  if (!attachments.length) throw new Error(word('print.lost'));
  const address = URL.createObjectURL(new Blob([unbase64(attachments.at(-1))], { type: 'image/svg+xml' }));
  onLeave(() => URL.revokeObjectURL(address));
  const image = h('img', { src: address, alt: word(`print.${name}`) });
  await image.decode();
  return h(`div.sheet.${name}`, image);
}

export async function paperPage({ body, rest: [names = '', caseNumber = ''], onLeave }) {
  const wanted = names.split('+').filter((name) => papers[name]);
  const print = h('button.primary', { type: 'button', onclick: () => window.print() }, word('print.go'));
  const other = wanted.includes('notice') ? [] : ['receipt', 'form'].filter((name) => !wanted.includes(name));
  const sheets = h('div.sheets', h('p.hint', word('print.drawing')));
  replace(body, h('div.head', h('h1', wanted.map((name) => word(`print.${name}`)).join(' + '), h('small.mono', inGroups(caseNumber))),
    h('div.buttons', h('a.button', { href: '#/apply' }, word('apply.next')), h('a.button', { href: `#/case/${caseNumber}` }, word('apply.look')), other.map((name) => h('a.button', { href: `#/print/${name}/${caseNumber}` }, word(`print.${name}`))), print)), sheets);
  try {
    const drawn = [];
    for (const name of wanted) drawn.push(await sheet(name, caseNumber, onLeave));
    replace(sheets, drawn);
    print.focus();
  } catch (problem) {
    replace(sheets, h('p.problem', { role: 'alert' }, problemText(problem)));
  }
}
