// SPDX-License-Identifier: Apache-2.0
// numbers - the number of a case in groups for people to read, as on its receipt: office, day, serial, check character.
import { h } from './dom.js';

const groups = /^(\d{12})(\d{6})(\d{7})([0-9A-Z])$/;

// The hyphens are only shown: what is copied is the number in one piece.
export const inGroups = (number = '') => h('span.number', (groups.exec(number)?.slice(1) ?? [number]).map((each) => h('span', each)));

export const caseLink = (number, page = 'case') => h('a.mono', { href: `#/${page}/${number}` }, inGroups(number));
