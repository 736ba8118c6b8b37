// SPDX-License-Identifier: Apache-2.0
// role - what clerks at the window can do.
import { actions } from './acts.js';
import { amendPage } from './amend.js';
import { applyPage } from './apply.js';
import { arrivalsPage } from './arrivals.js';
import { collectPage } from './collect.js';
import { draftsPage } from './drafts.js';
import { feesPage } from './fees.js';
import { paperPage } from './paper.js';
import { sections } from './sections.js';
import { temporaryPage } from './temporary.js';

const counter = ['clerk', 'supervisor'];

export const role = {
  navigation: [{ page: 'apply', duties: counter }, { page: 'package', duties: [...counter, 'auditor'] }, { page: 'collect', duties: counter }, { page: 'temporary', duties: [...counter, 'auditor'] },
    { page: 'fees', duties: [...counter, 'auditor'] }],
  pages: { apply: applyPage, drafts: draftsPage, amend: amendPage, package: arrivalsPage, collect: collectPage, temporary: temporaryPage, fees: feesPage, print: paperPage },
  actions,
  sections,
};
