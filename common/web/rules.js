// SPDX-License-Identifier: Apache-2.0
// rules - what the office itself goes by (rules.json, made by make_terms): who may do what here, and what a finding means. A page
// shows only what the office would do.
let rules = { duties: {}, findings: {} };

export async function learnRules() {
  rules = await (await fetch('/rules.json')).json();
}

// May whoever holds these roles do one of these acts at that kind of office? An act is a command, or decide.VERB; a role's own name
// does as well.
export function permits(session, acts) {
  const duties = rules.duties[session.office.role] ?? {};
  return acts.some((act) => (duties[act] ?? [act]).some((role) => session.roles.includes(role)));
}

// Does it fail the application, or does the examiner decide? And what the applicant would be told.
export const finding = (name) => rules.findings[name] ?? { fails: true, reason: '' };

// The roles that have work at that kind of office, and those that every office has.
export function rolesAt(office) {
  const working = Object.entries(rules.duties[office] ?? {}).filter(([act]) => act.startsWith('decide.')).flatMap(([, roles]) => roles);
  return [...new Set(['clerk', 'examiner', 'issuer', 'maker', 'checker'].filter((role) => working.includes(role))), 'supervisor', 'auditor', 'administrator', 'wall'];
}
