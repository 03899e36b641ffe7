import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CertificateExtension, generate } from 'selfsigned';

/** A certificate with its key, as PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** From when to when a certificate is valid. */
interface Validity {
  readonly notBeforeDate?: Date;
  readonly notAfterDate?: Date;
}

/** An authority of our own, which signs certificates for 127.0.0.1 and localhost. */
export class TestAuthority {
  private constructor(private readonly own: Certificate) {}

  /** @param validity of its own certificate; default: from now on for a year */
  static async create(validity: Validity = {}): Promise<TestAuthority> {
    const extensions: CertificateExtension[] = [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ];
    return new TestAuthority(await make('relay test authority', { extensions, ...validity }));
  }

  /** What whoever trusts it has to know. */
  get cert(): string {
    return this.own.cert;
  }

  /** A certificate for both ends of a connection. */
  issue(commonName = 'localhost'): Promise<Certificate> {
    const extensions: CertificateExtension[] = [
      { name: 'basicConstraints', cA: false },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true, clientAuth: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          { type: 2, value: commonName },
          { type: 7, ip: '127.0.0.1' },
        ],
      },
    ];
    return make(commonName, { extensions, ca: this.own });
  }
}

/** A folder of its own for files, which are replaced in one step. */
export class TestFolder {
  readonly #path = mkdtempSync(join(tmpdir(), 'relay-files-'));

  path(name: string): string {
    return join(this.#path, name);
  }

  /** Writes the file beside and renames it, as careful programs do; gives its path. */
  write(name: string, content: string): string {
    const path = this.path(name);
    writeFileSync(`${path}.new`, content);
    renameSync(`${path}.new`, path);
    return path;
  }

  remove(): void {
    rmSync(this.#path, { recursive: true, force: true });
  }
}

async function make(
  commonName: string,
  options: Validity & { extensions: CertificateExtension[]; ca?: Certificate },
): Promise<Certificate> {
  const { cert, private: key } = await generate([{ name: 'commonName', value: commonName }], {
    ...options,
    keyType: 'ec',
    algorithm: 'sha256',
  });
  return { cert, key };
}
