import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { type Certificate, RecordedLog, TestAuthority, TestFolder } from '@relay/testing';
import {
  type CertificateFiles,
  certificateMistakes,
  readCertificates,
  warnOfExpiredCertificates,
} from './certificate-files.js';

const names = { cert: 'CERT_FILE', key: 'KEY_FILE', ca: 'CA_FILE' };

let authorities: string[];
let expired: string;
let own: Certificate;
let folder: TestFolder;
let log: RecordedLog;

beforeAll(async () => {
  const [one, other, old] = await Promise.all([
    TestAuthority.create(),
    TestAuthority.create(),
    TestAuthority.create({
      notBeforeDate: new Date('2020-01-01'),
      notAfterDate: new Date('2020-02-02'),
    }),
  ]);
  authorities = [one.cert, other.cert];
  expired = old.cert;
  own = await one.issue();
});

beforeEach(() => {
  folder = new TestFolder();
  log = new RecordedLog();
  Logger.overrideLogger(log);
});

afterEach(() => folder.remove());

function mistakes(files: CertificateFiles): string[] {
  return certificateMistakes({ names, files });
}

function bundle(...parts: string[]): string {
  return folder.write('ca', parts.join('\n'));
}

/** As it is left by an editor, or by a copy that ended early. */
function damaged(pem: string): string {
  const lines = pem.split('\n');
  return [...lines.slice(0, 3), ...lines.slice(4)].join('\n');
}

describe('a file of authorities', () => {
  it.each([
    ['one', () => [authorities[0]]],
    ['several, with words between them', () => ['# old', authorities[0], '# new', authorities[1]]],
    ['one that has expired beside its successor', () => [expired, authorities[0]]],
    ['one after a key, as some tools write it', () => [own.key, authorities[0]]],
  ])('may hold %s', (_, parts) => {
    const ca = bundle(...(parts() as string[]));
    expect(mistakes({ ca })).toEqual([]);
    expect(() => readCertificates({ ca })).not.toThrow();
  });

  it.each([
    ['damaged', () => [authorities[0], damaged(authorities[1] ?? ''), authorities[0]], '2 of 3'],
    ['cut off', () => [authorities[0], authorities[1]?.slice(0, 200)], '2 of 2'],
    ['indented', () => [authorities[0], authorities[1]?.replaceAll(/^/gm, '  ')], '2 of 2'],
  ])('is refused with one that is %s, wherever it stands', (_, parts, which) => {
    const ca = bundle(...(parts() as string[]));
    const [mistake] = mistakes({ ca });
    expect(mistake).toContain(`CA_FILE is ${JSON.stringify(ca)}; certificate ${which}`);
    expect(() => readCertificates({ ca })).toThrow(`certificate ${which} cannot be read`);
  });

  it('is refused when there is none in it', () => {
    expect(mistakes({ ca: folder.write('ca', own.key) })).toEqual([
      expect.stringMatching(/^CA_FILE is .*no PEM certificate/),
    ]);
  });
});

describe('a certificate of its own', () => {
  it('goes with its key', () => {
    const [cert, key] = [folder.write('cert', own.cert), folder.write('key', own.key)];
    expect(mistakes({ cert, key })).toEqual([]);
    expect(mistakes({ cert })).toEqual(['CERT_FILE is given without KEY_FILE; give both']);
    const another = folder.write('cert', authorities[0] ?? '');
    expect(mistakes({ cert: another, key })).toEqual([expect.stringContaining('VALUES_MISMATCH')]);
  });

  it.each([
    ['a key', () => own.key],
    ['a key on one line', () => own.key.replaceAll('\n', ' ')],
    ['a token and a line break', () => 'hunter2\n'],
    ['what is longer than a path', () => 'hunter2/'.repeat(200)],
  ])('are not shown where they are %s instead of a path', (_, given) => {
    const complaint =
      'KEY_FILE holds what seems to belong in a file; expected the path of that file';
    expect(mistakes({ cert: folder.write('cert', own.cert), key: given() })).toEqual([complaint]);
  });

  it('is refused when a certificate of its chain cannot be read', () => {
    const cert = folder.write('cert', `${own.cert}\n${damaged(authorities[0] ?? '')}`);
    const key = folder.write('key', own.key);
    expect(mistakes({ cert, key })).toEqual([expect.stringMatching(/^CERT_FILE.*2 of 2/)]);
  });
});

it('tells of each certificate that has expired, and in which file it is', () => {
  const files = { ca: bundle(authorities[0] ?? '', expired, authorities[1] ?? '') };
  warnOfExpiredCertificates({ names, files });
  expect(log.lines).toEqual([
    expect.stringMatching(
      /^CA_FILE: certificate 2 of 3 \(CN=relay test authority\) expired on.*2020/,
    ),
  ]);
});
