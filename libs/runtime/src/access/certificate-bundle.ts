import { X509Certificate } from 'node:crypto';

/** Where a certificate begins, also where OpenSSL does not see it: it wants nothing before the dashes. */
const BEGINNING = /^(?=[ \t]*-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----)/m;

/**
 * The certificates in PEM text, other things between them left out. Node's TLS takes those before the first
 * that it cannot read, and says nothing of the others.
 *
 * @throws Error that says which cannot be read, or that there is none
 */
export function certificatesIn(pem: string): X509Certificate[] {
  const parts = pem.split(BEGINNING).filter((part) => BEGINNING.test(part));
  if (parts.length === 0) throw new Error('there is no PEM certificate in it');
  return parts.map((part, index) => {
    try {
      return new X509Certificate(part);
    } catch (cause) {
      const which = `certificate ${index + 1} of ${parts.length}`;
      throw new Error(`${which} cannot be read`, { cause });
    }
  });
}
