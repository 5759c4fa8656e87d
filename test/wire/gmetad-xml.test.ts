import { expect, test } from 'vitest';
import { hostsElement, openGmetadHost, openGrid, sumElement } from '#wire/gmetad-xml.ts';

test('elements have their attributes in the order of gmetad', () => {
  expect(openGrid({ name: 'a & b', authority: 'http://x/?a="b"', localtimeSec: 5 })).toBe(
    '<GRID NAME="a &amp; b" AUTHORITY="http://x/?a=&quot;b&quot;" LOCALTIME="5">\n',
  );
  expect(hostsElement(3, 1)).toBe('<HOSTS UP="3" DOWN="1" SOURCE="gmetad"/>\n');
  const sum = { name: 'load<one', sum: '44.2', num: 2, units: '%', slope: 'both' };
  expect(
    sumElement({
      ...sum,
      extra: [
        ['TITLE', 'Load'],
        ['GROUP', 'a "b"'],
      ],
    }),
  ).toBe(
    '<METRICS NAME="load&lt;one" SUM="44.2" NUM="2" TYPE="double" UNITS="%" SLOPE="both" SOURCE="gmond">\n' +
      '<EXTRA_DATA>\n<EXTRA_ELEMENT NAME="GROUP" VAL="a &quot;b&quot;"/>\n<EXTRA_ELEMENT NAME="TITLE" VAL="Load"/>\n</EXTRA_DATA>\n' +
      '</METRICS>\n',
  );
});

const host = { name: 'h', ip: '10.0.0.1', reportedSec: 7, tnSec: 1, tmaxSec: 20, dmaxSec: 0 };

test('a host tells its tags last, and what it did not say as gmetad does', () => {
  expect(openGmetadHost({ ...host, gmondStartedSec: 3 })).toBe(
    '<HOST NAME="h" IP="10.0.0.1" REPORTED="7" TN="1" TMAX="20" DMAX="0" LOCATION="unspecified" GMOND_STARTED="3" TAGS="">\n',
  );
  const told = openGmetadHost({ ...host, gmondStartedSec: 3, location: 'r<1', tags: 'a,b' });
  expect(told).toContain('LOCATION="r&lt;1" GMOND_STARTED="3" TAGS="a,b">');
});

test('a start time that a gmond printed negative is the same 32 bits without a sign', () => {
  expect(openGmetadHost({ ...host, gmondStartedSec: -1703613712 })).toContain('GMOND_STARTED="2591353584"');
});
