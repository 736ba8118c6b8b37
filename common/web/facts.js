// SPDX-License-Identifier: Apache-2.0
// facts - names and values, one below the other; what has no value is left out.
import { h } from './dom.js';

const isThere = ([, value]) => value !== undefined && value !== '' && value !== null && value !== false && (!Array.isArray(value) || value.some(Boolean));

export const facts = (rows) => h('dl.facts', rows.filter(isThere).map(([name, value]) => [h('dt', name), h('dd', value)]));
