import { expect, test } from 'vitest';
import { createAccessList, type AccessRules } from '#collector/access-list.ts';

function decide(rules: AccessRules, address: string): boolean {
  const made = createAccessList(rules);
  if (!made.ok) throw new Error(made.reason);
  return made.value.allows(address);
}

const office: AccessRules = {
  default: 'deny',
  access: [
    { ip: '10.1.2.3', action: 'deny' },
    { ip: '10.1.0.0', mask: 16, action: 'allow' },
    { ip: '192.168.4.0', mask: '255.255.252.0', action: 'allow' },
    { ip: 'fd00:1::', mask: 'ffff:ffff::', action: 'allow' },
    { ip: '2001:db8::7', mask: 128, action: 'allow' },
    { ip: '172.16.0.0/12', action: 'allow' },
  ],
};

const cases: [what: string, rules: AccessRules, address: string, allowed: boolean][] = [
  ['an address inside a prefix', office, '10.1.255.255', true],
  ['one just outside of it', office, '10.2.0.0', false],
  ['the first entry that fits decides', office, '10.1.2.3', false],
  ['inside a netmask', office, '192.168.7.255', true],
  ['outside a netmask', office, '192.168.8.0', false],
  ['IPv6 inside a netmask', office, 'fd00:1:2::9', true],
  ['IPv6 outside a netmask', office, 'fd00:2::9', false],
  ['one IPv6 address', office, '2001:db8::7', true],
  ['the same, written in full', office, '2001:0db8:0:0:0:0:0:7', true],
  ['its neighbour', office, '2001:db8::8', false],
  ['a mask within the address', office, '172.31.1.1', true],
  ['IPv4 mapped into IPv6, as a dual-stack socket tells it', office, '::ffff:10.1.9.9', true],
  ['mapped and denied by the first entry', office, '::ffff:10.1.2.3', false],
  [
    'a link-local address with its zone',
    { access: [{ ip: 'fe80::', mask: 10, action: 'deny' }] },
    'fe80::1%eth0',
    false,
  ],
  ['nobody fits: allowed by default', { access: [{ ip: '10.0.0.1', action: 'deny' }] }, '10.0.0.2', true],
  ['no entries means no ACL, whatever the default', { default: 'deny', access: [] }, '10.0.0.2', true],
  [
    'mask 0 is everybody of the family',
    { default: 'deny', access: [{ ip: '0.0.0.0', mask: 0, action: 'allow' }] },
    '8.8.8.8',
    true,
  ],
  ['what is no address is like a stranger', office, 'nonsense', false],
];
test.each(cases)('%s', (_what, rules, address, allowed) => {
  expect(decide(rules, address)).toBe(allowed);
  expect(decide(rules, address)).toBe(allowed);
});

test('an answer is remembered without being mixed up with another', () => {
  const made = createAccessList(office);
  if (!made.ok) throw new Error(made.reason);
  for (let i = 0; i < 25_000; i++) expect(made.value.allows(`10.${1 + (i % 2)}.0.1`)).toBe(i % 2 === 0);
});

test.each([
  ['a name', { ip: 'host.example' }],
  ['a prefix beyond the address', { ip: '10.0.0.0', mask: 33 }],
  ['a netmask with a hole', { ip: '10.0.0.0', mask: '255.0.255.0' }],
  ['a netmask of the other family', { ip: '10.0.0.0', mask: 'ffff::' }],
  ['nothing after the slash', { ip: '10.0.0.0/' }],
])('%s is refused with the place', (_what, entry) => {
  const access = [
    { ip: '10.0.0.1', action: 'allow' as const },
    { ...entry, action: 'allow' as const },
  ];
  expect(createAccessList({ access })).toMatchObject({ ok: false, at: 1, reason: expect.stringContaining('netmask') });
});
