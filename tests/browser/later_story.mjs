// SPDX-License-Identifier: Apache-2.0
// later - what happens after months: a card that nobody collects, and an office that is no more. In offices of its own, whose clocks
// are put forward.
import assert from 'node:assert/strict';
import { openOffices } from './lib/offices.mjs';
import { Person } from './lib/person.mjs';

const months = 24 * 200;

export async function after_months_a_card_is_destroyed_and_a_stuck_case_is_ended({ browser }) {
  const offices = await openOffices({ agoHours: months });
  try {
    const [unclaimed, stuck] = [offices.apply('Shenzhen', 'lin', offices.somebody()), offices.apply('Shenzhen', 'lin', offices.somebody())];
    await offices.bring(unclaimed, 'ready');
    await offices.bring(stuck, 'in-production');
    offices.lag(0);
    offices.unlist('CentreGD');
    const chief = await Person.sit(browser, offices.at('Shenzhen'), 'chief');
    await chief.logIn(offices.password);
    await chief.openCase(unclaimed, 'ready');
    await chief.act('destroy', { text: '逾期未领' });
    await chief.sees('destroyed');
    await chief.openCase(stuck, 'in-production');
    await chief.page.locator('em.late', { hasText: chief.word('case.gone') }).waitFor();
    await chief.act('abandon', { text: '制证中心已撤销' });
    await chief.sees('abandoned');
    await chief.look();
    assert.deepEqual(chief.takeComplaints(), []);
    await chief.leave();
  } finally {
    await offices.close();
  }
}
