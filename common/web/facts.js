// SPDX-License-Identifier: Apache-2.0
// facts - what is known of something, one [name, value] a line; those without a value are left out.
import { h } from './dom.js';

export const facts = (rows) => h('dl.facts', rows.filter(([, value]) => value !== undefined && value !== '' && value !== null).map(([name, value]) => [h('dt', name), h('dd', value)]));
