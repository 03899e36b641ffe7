import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { fileMistakes } from './file-mistakes.js';

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
  if (certificates.ca) new X509Certificate(certificates.ca); // node's TLS ignores what is none
  createSecureContext(certificates);
  return certificates;
}

/**
 * What is wrong with the files of the settings that `names` tells: unreadable, incomplete or no certificates.
 */
export function certificateMistakes(
  names: Readonly<Partial<Record<keyof CertificateFiles, string>>>,
  files: CertificateFiles,
): string[] {
  const kinds = ['cert', 'key', 'ca'] as const;
  const mistakes = kinds.flatMap((kind) => fileMistakes(names[kind] ?? kind, files[kind]));
  if (files.cert !== undefined && files.key === undefined) {
    mistakes.push(`${names.cert ?? ''} is given without ${names.key ?? ''}; give both`);
  }
  if (files.key !== undefined && files.cert === undefined) {
    mistakes.push(`${names.key ?? ''} is given without ${names.cert ?? ''}; give both`);
  }
  if (mistakes.length > 0) return mistakes;
  try {
    readCertificates(files);
    return [];
  } catch (error) {
    const given = kinds.filter((kind) => files[kind] !== undefined);
    const named = given.map((kind) => names[kind] ?? kind).join(', ');
    const { code, message } = error as NodeJS.ErrnoException;
    return [`${named}: TLS cannot use what is in there (${code ?? message}); expected PEM files`];
  }
}
