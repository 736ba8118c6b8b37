// SPDX-License-Identifier: Apache-2.0
// lease - an operator has a case in hand for ten minutes, so that no two do the same work: taken, renewed, let go, taken over.
import { call, idleMs } from './api.js';
import { h } from './dom.js';
import { ask, field } from './fields.js';
import { clock, word } from './words.js';

const renewBelowMs = 6 * 60000; // of what is left
const idleMost = 5 * 60000;     // who does nothing for so long lets it end

// Only an open case can be held; one has a deadline.
export const isOpen = ({ stage_deadline_ms: ms }) => Number(ms) > 0;

export const isMine = (lease, who) => lease?.operator === who.operator;
export const isForeign = (lease, who) => Boolean(lease) && !isMine(lease, who);

export const leaseText = (lease, who) => word(isMine(lease, who) ? 'lease.mine' : 'lease.other', { who: lease.operator, time: clock(lease.until_ms) });

export const leaseFlag = (lease, who) => lease && h(isMine(lease, who) ? 'span.flag.mine' : 'span.flag.held', { title: leaseText(lease, who) },
  isMine(lease, who) ? word('lease.me') : lease.operator);

export const hold = (caseNumber) => call('lease', { case_number: caseNumber });
export const letGo = (caseNumber) => call('lease', { case_number: caseNumber, release: true });

// Asks why; take(reason) does it. Undefined when the operator thought better of it.
export const askTakeOver = (lead, take) => ask({
  title: word('lease.take_over'), lead,
  fields: [field({ name: 'reason', label: word('reason'), required: true, maxlength: '60', hint: word('lease.take_over.lead') })],
  act: ({ reason }) => take(reason),
});

export const takeOver = (caseNumber, reason) => call('lease', { case_number: caseNumber, take_over: true, reason });

// Goes on holding what is held here as long as somebody works at the page; renewed(lease) hears of it.
export function keepHolding(context, caseNumber, lease, renewed) {
  let held = lease;
  context.every(30000, async () => {
    if (!isMine(held, context.who) || Number(held.until_ms) - Date.now() > renewBelowMs || idleMs() > idleMost) return;
    held = (await hold(caseNumber).catch(() => ({}))).lease;
    if (held) renewed(held);
  });
}
