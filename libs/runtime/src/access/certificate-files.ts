import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { EventLog } from '../log/event-log.js';
import { certificatesIn } from './certificate-bundle.js';
import { fileMistakes } from './file-mistakes.js';

const KINDS = ['cert', 'key', 'ca'] as const;
/** Of these, the files of one certificate or several. */
const BUNDLES = ['cert', 'ca'] as const;

/** PEM files of one end of a TLS connection: what it shows, with its key, and whom it trusts. */
export interface CertificateFiles {
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  readonly ca?: string | undefined;
}

/** What is in them, named as node's TLS wants it. */
export interface Certificates {
  readonly cert?: Buffer;
  readonly key?: Buffer;
  readonly ca?: Buffer;
}

/** What the settings of certificate files are called, and the files that they name. */
export interface CertificateSettings {
  readonly names: Readonly<Partial<Record<keyof CertificateFiles, string>>>;
  readonly files: CertificateFiles;
}

/**
 * Reads the files anew and makes sure that TLS can use them.
 *
 * @throws Error when one cannot be read, is none, or the key is not the certificate's
 */
export function readCertificates({ cert, key, ca }: CertificateFiles): Certificates {
  const certificates = {
    ...(cert !== undefined && { cert: readFileSync(cert) }),
    ...(key !== undefined && { key: readFileSync(key) }),
    ...(ca !== undefined && { ca: readFileSync(ca) }),
  };
  for (const bundle of [certificates.cert, certificates.ca]) {
    if (bundle) certificatesIn(bundle.toString());
  }
  createSecureContext(certificates);
  return certificates;
}

/** What is wrong with the files that settings name: unreadable, incomplete or no certificates. */
export function certificateMistakes({ names, files }: CertificateSettings): string[] {
  const mistakes = KINDS.flatMap((kind) => fileMistakes(names[kind] ?? kind, files[kind]));
  if (files.cert !== undefined && files.key === undefined) {
    mistakes.push(`${names.cert ?? ''} is given without ${names.key ?? ''}; give both`);
  }
  if (files.key !== undefined && files.cert === undefined) {
    mistakes.push(`${names.key ?? ''} is given without ${names.cert ?? ''}; give both`);
  }
  if (mistakes.length > 0) return mistakes;
  mistakes.push(...BUNDLES.flatMap((kind) => bundleMistakes(names[kind] ?? kind, files[kind])));
  if (mistakes.length > 0) return mistakes;
  try {
    readCertificates(files);
    return [];
  } catch (error) {
    const given = KINDS.filter((kind) => files[kind] !== undefined);
    const named = given.map((kind) => names[kind] ?? kind).join(', ');
    const { code, message } = error as NodeJS.ErrnoException;
    return [`${named}: TLS cannot use what is in there (${code ?? message}); expected PEM files`];
  }
}

function bundleMistakes(setting: string, path: string | undefined): string[] {
  if (path === undefined) return [];
  try {
    certificatesIn(readFileSync(path, 'utf8'));
    return [];
  } catch (error) {
    const problem = (error as Error).message;
    return [`${setting} is ${JSON.stringify(path)}; ${problem}; expected a PEM file`];
  }
}

/**
 * Says which certificates in the files have expired. That is no mistake that keeps an app from starting: where
 * an authority is being replaced its old certificate stands beside the new one, and a publisher that no
 * consumer can trust any more still keeps what comes.
 */
export function warnOfExpiredCertificates({ names, files }: CertificateSettings): void {
  for (const kind of BUNDLES) {
    const path = files[kind];
    if (path === undefined) continue;
    const certificates = certificatesIn(readFileSync(path, 'utf8'));
    for (const [index, certificate] of certificates.entries()) {
      const { validTo } = certificate;
      if (Date.parse(validTo) > Date.now()) continue;
      const subject = certificate.subject.replaceAll('\n', ', ');
      const which = `certificate ${index + 1} of ${certificates.length} (${subject})`;
      const setting = names[kind];
      const sentence = `${setting ?? kind}: ${which} expired on ${validTo}; nobody trusts it any more`;
      new EventLog('access').warn('certificate-expired', sentence, { setting, subject, validTo });
    }
  }
}
